with care_packages as (

    select * from {{ ref('int_care_packages__costed') }}

)

select * from care_packages

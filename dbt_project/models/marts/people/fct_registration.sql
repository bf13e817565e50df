with registrations as (

    select * from {{ ref('int_registrations__cut') }}

)

select * from registrations

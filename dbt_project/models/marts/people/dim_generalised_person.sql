with people as (

    select * from {{ ref('int_people__generalised') }}

)

select * from people

with people as (

    select * from {{ ref('int_people__described') }}

)

select * from people

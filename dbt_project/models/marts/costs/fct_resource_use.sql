with windowed as (

    select * from {{ ref('int_activities__windowed') }}

)

select * from windowed

with registrations as (

    select * from {{ ref('int_registrations__linked') }}
    where link_threshold = 'middle'

)

select * exclude (link_threshold, linked_key, died_on) from registrations

with spells as (

    select * from {{ ref('int_hospital_spells__grouped') }}
    where link_threshold = 'middle'

)

select * exclude (link_threshold, linked_key) from spells

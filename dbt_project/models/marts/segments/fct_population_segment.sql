with tonight as (

    select * from {{ ref('fct_segment_tonight') }}

)

select * exclude (scheme_id) from tonight
where scheme_id = 'ten_groups'

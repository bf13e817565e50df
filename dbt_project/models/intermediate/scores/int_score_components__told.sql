with components as (

    select * from {{ ref('clinical_score_components') }}

),

loaded as (

    select distinct lists.score_id, lists.component, lists.list_role
    from {{ ref('clinical_score_lists') }} as lists
    inner join {{ ref('stg_reference__codelists') }} as codelists on lists.codelist = codelists.codelist

),

roles as (

    select
        score_id,
        component,
        bool_or(list_role = 'diagnosis') as has_diagnosis,
        bool_or(list_role = 'drug') as has_drug,
    from loaded
    group by score_id, component

)

select
    components.score_id,
    components.component,
    case components.needs
        when 'diagnosis' then coalesce(roles.has_diagnosis, false)
        when 'drug' then coalesce(roles.has_drug, false)
        when 'both' then coalesce(roles.has_diagnosis and roles.has_drug, false)
        else true
    end as is_told,
from components
left join roles on components.score_id = roles.score_id and components.component = roles.component
union all
select distinct
    lists.score_id,
    lists.component,
    loaded.component is not null as is_told,
from {{ ref('clinical_score_lists') }} as lists
left join loaded on lists.score_id = loaded.score_id and lists.component = loaded.component
where lists.list_role in ('category', 'value')

with people as (

    select person_key, last_12_months_cost_gbp as cost_gbp from {{ ref('int_people__costed') }}

),

uses as (

    select person_key, setting, cost_gbp from {{ ref('fct_resource_use') }}
    where window_id = 'last_12_months'

),

settings as (

    select unnest({{ var('settings_of_care') }}) as setting

),

top_shares as (

    select unnest({{ var('top_people_per_mille') }}) as per_mille

),

-- Everybody counts in every scope, with nought where nothing is known to have been spent.
person_scopes as (

    select 'all' as scope, person_key, cost_gbp from people
    union all
    select settings.setting as scope, people.person_key, coalesce(uses.cost_gbp, 0) as cost_gbp
    from people
    cross join settings
    left join uses on people.person_key = uses.person_key and settings.setting = uses.setting

),

ranked as (

    select
        scope,
        cost_gbp,
        row_number() over (partition by scope order by cost_gbp desc, person_key asc) as n_from_top,
        count(*) over (partition by scope) as n_people,
    from person_scopes

)

-- Whole numbers alone: so many in a thousand, rounded up to whole people.
select
    ranked.scope,
    top_shares.per_mille / 1000 as top_share_of_people,
    count(*) as people,
    sum(ranked.cost_gbp) as cost_gbp,
    max(sum(ranked.cost_gbp)) over (partition by ranked.scope) as scope_cost_gbp,
    min(ranked.cost_gbp) as least_cost_gbp,
from ranked
inner join top_shares on ranked.n_from_top <= (ranked.n_people * top_shares.per_mille + 999) // 1000
group by ranked.scope, top_shares.per_mille

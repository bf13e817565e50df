with lists as (

    select * from {{ ref('disease_register_lists') }}

),

rules as (

    select * from {{ ref('disease_registers') }}

),

entered as (

    select person_key, codelist, source, dated_on, value, ended_on from {{ ref('int_codelists__entered') }}
    union all by name
    select person_key, codelist, latest_on as dated_on from {{ ref('int_drug_lists__issued') }}

),

matched as (

    select lists.register_id, lists.list_role, entered.*
    from entered
    inner join lists on entered.codelist = lists.codelist

),

summarised as (

    select
        register_id,
        person_key,
        bool_or(list_role = 'diagnosis') as is_diagnosed,
        min(dated_on) filter (where list_role = 'diagnosis') as first_diagnosed_on,
        max(dated_on) filter (where list_role = 'diagnosis') as latest_diagnosed_on,
        greatest(
            max(dated_on) filter (where list_role = 'ended'),
            max(ended_on) filter (where list_role = 'diagnosis')
        ) as ended_on,
        max(dated_on) filter (where list_role = 'remission') as remission_on,
        max(dated_on) filter (where list_role = 'rival') as rival_on,
        max(dated_on) filter (where list_role = 'drug') as drug_on,
        string_agg(distinct source, ',' order by source) filter (where list_role = 'diagnosis') as sources,
    from matched
    group by register_id, person_key

),

-- Of the people whose first diagnosis needs it alone, so that few values are looked at.
confirmed as (

    select distinct summarised.register_id, summarised.person_key
    from summarised
    inner join rules on summarised.register_id = rules.register_id
    inner join matched
        on
            summarised.register_id = matched.register_id
            and summarised.person_key = matched.person_key
            and matched.list_role = 'confirming'
    where
        matched.value < rules.confirmed_below
        and {{ days_between('matched.dated_on', 'summarised.first_diagnosed_on') }} <= rules.days_before
        and {{ days_between('summarised.first_diagnosed_on', 'matched.dated_on') }} <= rules.days_after

)

select
    summarised.*,
    confirmed.person_key is not null as is_confirmed,
from summarised
left join confirmed
    on summarised.register_id = confirmed.register_id and summarised.person_key = confirmed.person_key

with matched as (

    select * from {{ ref('int_registers__matched') }}

),

rules as (

    select * from {{ ref('disease_registers') }}

),

people as (

    select person_key, age_years from {{ ref('dim_person') }}
    where is_registered

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

loaded as (

    select distinct lists.register_id, lists.list_role
    from {{ ref('disease_register_lists') }} as lists
    inner join {{ ref('stg_reference__codelists') }} as codelists on lists.codelist = codelists.codelist

),

asked as (

    select
        matched.*,
        rules.* exclude (register_id),
        people.age_years,
        current_run.as_of,
        if(rules.counted_from = 'first', matched.first_diagnosed_on, matched.latest_diagnosed_on) as counted_on,
        coalesce(matched.drug_on > current_run.as_of - to_months(rules.drug_months), false) as has_drug,
        drugs.register_id is not null as is_drug_list_loaded,
        confirming.register_id is not null as is_confirming_list_loaded,
    from matched
    inner join people on matched.person_key = people.person_key
    inner join rules on matched.register_id = rules.register_id
    cross join current_run
    left join loaded as drugs on matched.register_id = drugs.register_id and drugs.list_role = 'drug'
    left join loaded as confirming
        on matched.register_id = confirming.register_id and confirming.list_role = 'confirming'
    where matched.is_diagnosed or (rules.drug_rule = 'enough' and has_drug)

),

-- The first that holds decides.
judged as (

    select
        *,
        case
            when age_years < min_age then 'under_age'
            when age_years > max_age then 'over_age'
            when age_years is null and (min_age is not null or max_age is not null) then 'age_unknown'
            when drug_rule = 'enough' and has_drug and not is_diagnosed then 'drug'
            when not {{ is_standing('is_lifelong', 'is_diagnosed', 'latest_diagnosed_on', 'ended_on') }} then 'ended'
            when counted_on < diagnosed_from then 'diagnosed_before'
            when diagnosed_from is not null and counted_on is null then 'undated'
            when
                wins_tie is not null and rival_on is not null
                and coalesce(
                    if(wins_tie, rival_on > latest_diagnosed_on, rival_on >= latest_diagnosed_on), true
                )
                then 'other_type'
            when drug_rule = 'needed' and not has_drug and not is_drug_list_loaded then 'no_drug_list'
            when drug_rule = 'needed' and not has_drug then 'no_drug'
            when confirmed_from is not null and first_diagnosed_on is null then 'undated'
            when first_diagnosed_on >= confirmed_from and not is_confirmed and not is_confirming_list_loaded
                then 'no_confirming_list'
            when first_diagnosed_on >= confirmed_from and not is_confirmed then 'not_confirmed'
            else 'diagnosed'
        end as reason,
    from asked

)

select
    person_key,
    as_of,
    register_id,
    register_name,
    case
        when reason in ('diagnosed', 'drug') then true
        when reason not in ('age_unknown', 'undated', 'no_drug_list', 'no_confirming_list') then false
    end as is_on_register,
    reason,
    coalesce(remission_on > latest_diagnosed_on, remission_on is not null and latest_diagnosed_on is null, false)
        as is_in_remission,
    if(reason = 'drug', drug_on, first_diagnosed_on) as first_recorded_on,
    if(reason = 'drug', drug_on, latest_diagnosed_on) as latest_recorded_on,
    sources,
from judged

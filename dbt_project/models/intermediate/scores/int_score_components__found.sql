with stays as (

    select * from {{ ref('int_score_stays__chosen') }}

),

components as (

    select * from {{ ref('clinical_score_components') }}

),

lists as (

    select * from {{ ref('clinical_score_lists') }}

),

current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

-- ICD-10 codes of Charlson's groups have three or four characters.
coded as (

    select score_id, person_key, admitted_on, left(plain_code, 3) as component, 'icd10' as needs
    from stays
    union all
    select prefixes.score_id, prefixes.person_key, prefixes.admitted_on, codes.comorbidity, 'comorbidity' as needs
    from (
        select
            score_id,
            person_key,
            admitted_on,
            unnest([left(plain_code, 3), left(plain_code, 4)]) as prefix,
        from stays
    ) as prefixes
    inner join {{ ref('comorbidity_codes') }} as codes on prefixes.prefix = codes.code

),

in_hospital as (

    select
        components.score_id,
        components.component,
        coded.person_key,
        max(coded.admitted_on) as found_on,
    from coded
    inner join components
        on
            coded.score_id = components.score_id
            and coded.component = components.component
            and coded.needs = components.needs
    group by components.score_id, components.component, coded.person_key

),

by_role as (

    select
        lists.score_id,
        lists.component,
        entered.person_key,
        min(entered.dated_on) filter (where lists.list_role = 'diagnosis') as first_on,
        max(entered.dated_on) filter (where lists.list_role = 'diagnosis') as latest_on,
        bool_or(lists.list_role = 'diagnosis') as is_diagnosed,
        max(entered.dated_on) filter (where lists.list_role = 'drug') as drug_on,
    from (
        select person_key, codelist, dated_on from {{ ref('int_codelists__entered') }}
        union all
        select person_key, codelist, latest_on as dated_on from {{ ref('int_drug_lists__issued') }}
    ) as entered
    inner join lists on entered.codelist = lists.codelist
    where lists.list_role in ('diagnosis', 'drug')
    group by lists.score_id, lists.component, entered.person_key

),

in_lists as (

    select
        by_role.score_id,
        by_role.component,
        by_role.person_key,
        case
            when components.needs = 'drug' then by_role.drug_on
            else greatest(by_role.latest_on, by_role.drug_on)
        end as found_on,
    from by_role
    inner join components on by_role.score_id = components.score_id and by_role.component = components.component
    cross join current_run
    where
        (components.needs = 'drug' or by_role.is_diagnosed)
        and (
            components.needs = 'diagnosis'
            or by_role.drug_on > current_run.as_of - to_months(components.within_months)
        )
        and (
            components.first_within_months is null
            or by_role.first_on > current_run.as_of - to_months(components.first_within_months)
        )

),

medicated as (

    select
        components.score_id,
        components.component,
        medications.person_key,
        max(medications.effective_on) as found_on,
    from {{ ref('fct_medication') }} as medications
    cross join current_run
    inner join components
        on
            components.needs = 'distinct_drugs'
            and medications.effective_on > current_run.as_of - to_months(components.within_months)
    where coalesce(medications.intent, 'order') = 'order'
    group by components.score_id, components.component, components.least_count, medications.person_key
    having count(distinct row(medications.code_system, medications.code)) >= components.least_count

),

found as (

    select * from in_hospital
    union all by name
    select * from in_lists
    union all by name
    select * from medicated

)

-- The mild form does not count beside the grave one.
select
    found.score_id,
    found.component,
    found.person_key,
    found.found_on,
    components.weight,
from found
inner join components on found.score_id = components.score_id and found.component = components.component
left join found as graver
    on
        found.score_id = graver.score_id
        and found.person_key = graver.person_key
        and components.superseded_by = graver.component
where graver.person_key is null and components.weight > 0

{{ config(materialized='table') }}
with current_run as (

    select as_of from {{ ref('stg_ledger__current_run') }}

),

named as (

    select codelist from {{ ref('disease_register_lists') }}
    where list_role != 'drug'
    union
    select codelist from {{ ref('clinical_score_lists') }}
    where list_role != 'drug'

),

classified as (

    select codes.* from {{ ref('int_codes__classified') }} as codes
    inner join named on codes.codelist = named.codelist

),

coded as (

    select person_key, source, code_system, code, dated_on, clinical_status, abated_on
    from {{ ref('int_conditions__placed') }}
    union all by name
    select person_key, source, code_system, code, effective_on as dated_on, value
    from {{ ref('fct_observation') }}
    where category not in ('allergy', 'immunization', 'care-plan')

)

-- An entry that says that it ended tells so as int_conditions__recorded reads it: an end to come has not come.
select
    coded.person_key,
    classified.codelist,
    coded.source,
    coded.dated_on,
    coded.value,
    case
        when coded.abated_on <= current_run.as_of then coded.abated_on
        when coded.abated_on is null and coded.clinical_status in ('resolved', 'remission') then coded.dated_on
    end as ended_on,
from coded
cross join current_run
inner join classified on coded.code_system = classified.code_system and coded.code = classified.code

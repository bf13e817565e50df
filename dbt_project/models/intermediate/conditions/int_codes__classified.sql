{{ config(materialized='table') }}
with codelists as (

    select * from {{ ref('stg_reference__codelists') }}

),

-- Only codes that somebody has: a few thousand, so that prefixes can be compared one by one.
codes as (

    select distinct code_system, {{ plain_code('code') }} as plain_code, code
    from {{ ref('int_conditions__placed') }}
    union
    select distinct code_system, {{ plain_code('code') }} as plain_code, code
    from {{ ref('fct_observation') }}

)

-- ICD-10 lists hold blocks, so a code belongs to every list that has the beginning of it.
select distinct
    codelists.codelist,
    codes.code_system,
    codes.code,
from codes
inner join codelists
    on
        codes.code_system = codelists.code_system
        and (
            codes.plain_code = codelists.code
            or (codes.code_system = 'icd10' and starts_with(codes.plain_code, codelists.code))
        )

with medications as (

    select * from {{ ref('fct_medication') }}
    where effective_on is not null and coalesce(intent, 'order') = 'order'

),

named as (

    select codelist from {{ ref('disease_register_lists') }}
    where list_role = 'drug'
    union
    select codelist from {{ ref('clinical_score_lists') }}
    where list_role = 'drug'

),

codelists as (

    select codes.* from {{ ref('stg_reference__codelists') }} as codes
    inner join named on codes.codelist = named.codelist

)

select
    medications.person_key,
    codelists.codelist,
    max(medications.effective_on) as latest_on,
from medications
inner join codelists
    on
        medications.code_system = codelists.code_system
        and {{ plain_code('medications.code') }} = codelists.code
group by medications.person_key, codelists.codelist

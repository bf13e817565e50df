select
    c.code_id as CodeId,
    c.term as Term,
    null as ReadTermId,
    c.snomed as SnomedCTConceptId,
    null as SnomedCTDescriptionId,
    null as NationalCode,
    null as NationalCodeCategory,
    null as NationalDescription,
    if(c.is_condition, 'Conditions', 'Clinical findings') as EmisCodeCategoryDescription,
    c.code_id as ProcessingId,
    null as ParentCodeId
from (
    select code_id, term, snomed, is_condition from code
    union all
    select 9000 + ix, term, null, false from contact
) as c
where getvariable('is_bulk')
order by c.code_id

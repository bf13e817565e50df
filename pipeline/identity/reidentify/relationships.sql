-- Landed resources -> legitimate_relationship (person_id, kind): with whom the organisation $organisation has a
-- legitimate relationship on the day $as_of. Records and rows that the product withholds count for nothing.
-- Variables: organisation, as_of. Relations: record_released, row_withheld, registration_row, encounter_row,
-- referral_row, package_row, plan_row; needs the macros of connectors/fhir.

-- An NHS trust's site is its trust: five characters, the first three the trust's own (NHS Data Dictionary,
-- ORGANISATION SITE CODE).
create or replace temp macro answers_for(code) as
    code = getvariable('organisation')
    or (regexp_full_match(code, 'R[A-Z0-9]{4}') and left(code, 3) = getvariable('organisation'));
create or replace temp macro is_open(first_day, last_day) as
    first_day <= getvariable('as_of') and coalesce(last_day, date '9999-12-31') >= getvariable('as_of');

create or replace temp table legitimate_relationship as
with registered as (
    -- As the trace reads it: from the first day, and no longer on the day that it ended.
    select 'registered_practice' as kind, _source, _sender, _record_id, _file_id, _row
    from registration_row
    where
        concepts_local_code(type, 'episode-type') = 'gp_registration'
        and answers_for(ods_of(managingOrganization))
        and coalesce(fhir_date(period."start"), date '0001-01-01') <= getvariable('as_of')
        and coalesce(fhir_date(period."end"), date '9999-12-31') > getvariable('as_of')
        and status is distinct from 'entered-in-error' and status is distinct from 'cancelled'
),
spell as (
    -- Inpatients (HL7 v3 ActCode: IMP, ACUTE, NONAC); a part of a spell says nothing that the spell does not.
    select 'open_spell' as kind, _source, _sender, _record_id, _file_id, _row
    from encounter_row
    where
        class.code in ('IMP', 'ACUTE', 'NONAC')
        and reference_id(partOf) is null
        and status in ('in-progress', 'onleave', 'arrived', 'triaged', 'finished')
        and answers_for(coalesce(ods_of(serviceProvider), _sender))
        and is_open(fhir_date(period."start"), fhir_date(period."end"))
        and (status <> 'finished' or fhir_date(period."end") is not null)
),
referral as (
    select 'open_referral' as kind, _source, _sender, _record_id, _file_id, _row
    from referral_row
    where
        status in ('active', 'on-hold', 'completed')
        and not coalesce(wsic(extension, 'Rejected').valueBoolean, false)
        and list_contains(list_transform(performer, lambda p: coalesce(answers_for(ods_of(p)), false)), true)
        and is_open(fhir_date(authoredOn), fhir_date(occurrencePeriod."end"))
        and (status <> 'completed' or fhir_date(occurrencePeriod."end") is not null)
),
package as (
    select 'open_care_package' as kind, _source, _sender, _record_id, _file_id, _row
    from package_row
    where
        concepts_local_code(type, 'episode-type') = 'social_care_service'
        and status in ('active', 'onhold', 'finished')
        and answers_for(coalesce(ods_of(managingOrganization), _sender))
        and is_open(fhir_date(period."start"), fhir_date(period."end"))
        and (status <> 'finished' or fhir_date(period."end") is not null)
    union all
    select 'open_care_package', _source, _sender, _record_id, _file_id, _row
    from plan_row
    where
        status in ('active', 'on-hold', 'completed')
        and answers_for(_sender)
        and is_open(fhir_date(period."start"), fhir_date(period."end"))
        and (status <> 'completed' or fhir_date(period."end") is not null)
),
related as (
    from registered union all from spell union all from referral union all from package
)
select distinct r.person_id, f.kind
from related as f
inner join record_released as r
    on r.source = f._source and r.sender = f._sender and r.record_id = f._record_id
anti join row_withheld as w
    on w.source = f._source and w.sender = f._sender and w.file_id = f._file_id and w.row = f._row;

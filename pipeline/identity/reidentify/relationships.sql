-- Landed resources -> legitimate_relationship (person_id, kind): with whom the organisation $organisation has a
-- legitimate relationship on the day $as_of. Records and rows that the product withholds count for nothing.
-- Variables: organisation, as_of, and how many days what has no end counts as open: spell_days, referral_days,
-- package_days. Relations: vault.record, record_released, row_withheld, registration_row, encounter_row, referral_row,
-- package_row, plan_row; needs the macros of connectors/fhir.

-- An NHS trust's site is its trust: five characters, the first three the trust's own (NHS Data Dictionary,
-- ORGANISATION SITE CODE).
create or replace temp macro answers_for(code) as
    code = getvariable('organisation')
    or (regexp_full_match(code, 'R[A-Z0-9]{4}') and left(code, 3) = getvariable('organisation'));
create or replace temp macro is_open(first_day, last_day) as
    first_day <= getvariable('as_of') and coalesce(last_day, date '9999-12-31') >= getvariable('as_of');
-- An end that is not known, or that lies further off than anything is known to last (9999-12-31), says nothing.
create or replace temp macro has_end(last_day, days) as
    coalesce(last_day <= getvariable('as_of') + days::integer, false);
create or replace temp macro is_recent(seen_on, days) as
    coalesce(seen_on >= getvariable('as_of') - days::integer, false);

-- What happened at all up to the day, of rows that the product shows.
create or replace temp view encounter_shown as
select
    e._source, e._sender, e._record_id, e.basedOn, reference_id(e.partOf) as whole_id,
    fhir_date(e.period."start") as seen_on
from encounter_row as e
semi join record_released as r
    on r.source = e._source and r.sender = e._sender and r.record_id = e._record_id
anti join row_withheld as w
    on w.source = e._source and w.sender = e._sender and w.file_id = e._file_id and w.row = e._row
where
    e.status in ('in-progress', 'onleave', 'arrived', 'triaged', 'finished')
    and fhir_date(e.period."start") <= getvariable('as_of');

create or replace temp table registered_practice as
with current_registration as (
    -- As the trace reads it: from the first day, and no longer on the day that it ended. Those of every record of the
    -- person, withheld ones too: who is registered elsewhere is not registered here.
    select
        r.person_id, p._source, p._sender, p._record_id, p._file_id, p._row,
        ods_of(p.managingOrganization) as practice_code,
        fhir_date(p.period."start") as started_on,
        coalesce(wsic(p.extension, 'RegistrationType').valueCode, 'regular') = 'regular' as is_regular
    from registration_row as p
    inner join vault.record as r
        on r.source = p._source and r.sender = p._sender and r.record_id = p._record_id
    where
        concepts_local_code(p.type, 'episode-type') = 'gp_registration'
        and coalesce(fhir_date(p.period."start"), date '0001-01-01') <= getvariable('as_of')
        and coalesce(fhir_date(p.period."end"), date '9999-12-31') > getvariable('as_of')
        and coalesce(p.status, 'active') not in ('entered-in-error', 'cancelled')
        and (p.status is distinct from 'finished' or fhir_date(p.period."end") is not null)
)
-- Senders do not always say that a registration ended: only the one that began last counts (as in who may be in a
-- product). A visitor's does not end the regular one, and counts while nothing regular began since.
select * exclude (is_latest, is_latest_regular)
from (
    select
        *,
        rank() over (partition by person_id order by started_on desc nulls last) = 1 as is_latest,
        rank() over (partition by person_id, is_regular order by started_on desc nulls last) = 1 and is_regular
            as is_latest_regular
    from current_registration
)
where is_latest or is_latest_regular;

create or replace temp table legitimate_relationship as
with registered as (
    select 'registered_practice' as kind, _source, _sender, _record_id, _file_id, _row
    from registered_practice
    where answers_for(practice_code)
),
admitted as (
    -- Inpatients (HL7 v3 ActCode: IMP, ACUTE, NONAC); a part of a spell is a sign of it, and no spell of its own.
    select id, _source, _sender, _record_id, _file_id, _row,
        fhir_date(period."start") as first_day, fhir_date(period."end") as last_day
    from encounter_row
    where
        class.code in ('IMP', 'ACUTE', 'NONAC')
        and reference_id(partOf) is null
        and status in ('in-progress', 'onleave', 'arrived', 'triaged', 'finished')
        and answers_for(coalesce(ods_of(serviceProvider), _sender))
        and is_open(fhir_date(period."start"), fhir_date(period."end"))
        and (status <> 'finished' or fhir_date(period."end") is not null)
),
spell_part as (
    select p._source, p._sender, p.whole_id, max(p.seen_on) as seen_on
    from encounter_shown as p
    semi join admitted as a on a._source = p._source and a._sender = p._sender and a.id = p.whole_id
    group by all
),
spell as (
    select 'open_spell' as kind, a._source, a._sender, a._record_id, a._file_id, a._row
    from admitted as a
    left join spell_part as p on p._source = a._source and p._sender = a._sender and p.whole_id = a.id
    where
        has_end(a.last_day, getvariable('spell_days'))
        or is_recent(greatest(a.first_day, p.seen_on), getvariable('spell_days'))
),
referred as (
    select id, _source, _sender, _record_id, _file_id, _row,
        fhir_date(authoredOn) as first_day, fhir_date(occurrencePeriod."end") as last_day
    from referral_row
    where
        status in ('active', 'on-hold', 'completed')
        and not coalesce(wsic(extension, 'Rejected').valueBoolean, false)
        and list_contains(list_transform(performer, lambda p: coalesce(answers_for(ods_of(p)), false)), true)
        and is_open(fhir_date(authoredOn), fhir_date(occurrencePeriod."end"))
        and (status <> 'completed' or fhir_date(occurrencePeriod."end") is not null)
),
contact as (
    select b._source, b._sender, b.referral_id, max(b.seen_on) as seen_on
    from (
        select _source, _sender, seen_on, reference_id(unnest(basedOn)) as referral_id
        from encounter_shown
        where len(basedOn) > 0
    ) as b
    semi join referred as r on r._source = b._source and r._sender = b._sender and r.id = b.referral_id
    group by all
),
referral as (
    select 'open_referral' as kind, r._source, r._sender, r._record_id, r._file_id, r._row
    from referred as r
    left join contact as c on c._source = r._source and c._sender = r._sender and c.referral_id = r.id
    where
        has_end(r.last_day, getvariable('referral_days'))
        or is_recent(greatest(r.first_day, c.seen_on), getvariable('referral_days'))
),
cared_for as (
    select _source, _sender, _record_id, _file_id, _row,
        fhir_date(period."start") as first_day, fhir_date(period."end") as last_day
    from package_row
    where
        concepts_local_code(type, 'episode-type') = 'social_care_service'
        and status in ('active', 'onhold', 'finished')
        and answers_for(coalesce(ods_of(managingOrganization), _sender))
        and is_open(fhir_date(period."start"), fhir_date(period."end"))
        and (status <> 'finished' or fhir_date(period."end") is not null)
    union all
    select _source, _sender, _record_id, _file_id, _row, fhir_date(period."start"), fhir_date(period."end")
    from plan_row
    where
        status in ('active', 'on-hold', 'completed')
        and answers_for(_sender)
        and is_open(fhir_date(period."start"), fhir_date(period."end"))
        and (status <> 'completed' or fhir_date(period."end") is not null)
),
met_by_council as (
    -- Assessments and reviews by the same council (Care Act 2014, section 27: packages are kept under review).
    select e._source, e._sender, e._record_id, max(e.seen_on) as seen_on
    from encounter_shown as e
    semi join cared_for as c using (_source, _sender, _record_id)
    group by all
),
package as (
    select 'open_care_package' as kind, c._source, c._sender, c._record_id, c._file_id, c._row
    from cared_for as c
    left join met_by_council as m using (_source, _sender, _record_id)
    where
        has_end(c.last_day, getvariable('package_days'))
        or is_recent(greatest(c.first_day, m.seen_on), getvariable('package_days'))
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

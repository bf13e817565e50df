-- Hospital care as SUS sends it and the connector maps it: one row a local patient id, every element that of the
-- latest row that has it; a row whose identity is withheld is a record of its own.
-- Variables: until (the extract's day), base (the block's first person).
with sent as (
    select
        s.record, s.trust, if(s.is_withheld, 'ANON' || s.id, null) as anonymous_id, s.is_withheld, false as number_absent,
        null as given, null as surname, s.admit as practice_on, (e.start, 'APC', e.id) as latest,
        if(s.discharge_method = '4' and has_come(s.leave), s.leave, null) as died
    from episode as e
    join spell as s on s.id = e.spell
    where has_come(e.start)
    union all
    select
        e.record, e.trust, if(e.is_withheld, 'ANONE' || e.id, null), e.is_withheld, e.number_absent,
        e.given, e.surname, e.day, (e.day, 'ECDS', e.id), null
    from attendance as e
    where has_come(e.departs)
    union all
    select
        e.record, e.trust, if(e.is_withheld, 'ANONO' || e.id, null), e.is_withheld, false,
        null, null, e.day, (e.day, 'OP', e.id), null
    from outpatient as e
    where has_come(e.booked)
),

identified as (
    select
        s.*,
        coalesce(s.anonymous_id, lpad(r.local::varchar, 8, '0')) as record_id,
        r.person,
        if(s.is_withheld or s.number_absent, null, r.number) as nhs_number,
        r.number_status,
        -- Names only where the NHS number is not verified (NHS Data Dictionary, CDS person identification).
        case when s.is_withheld then null when s.number_absent then s.given when r.number_status <> '01' then r.given end
            as given_name,
        case when s.is_withheld then null when s.number_absent then s.surname when r.number_status <> '01' then r.surname end
            as family_name,
        r.sex,
        if(s.is_withheld, null, day(r.born)) as birth_date,
        if(s.is_withheld, null, postcode_of(r)) as postcode,
        if(s.practice_on >= r.switched_on, r.practice_now, r.practice_before) as practice_code,
        if(r.ethnic_draw < 0.04, 'Z', if(r.ethnic_draw < 0.06, '99', r.ethnic_category)) as ethnic_category
    from sent as s
    join acute_record as r on r.record = s.record
)

select
    'acute' as source,
    t.code as sender,
    i.record_id,
    getvariable('base') + any_value(i.person) as person,
    arg_max(i.nhs_number, i.latest) as nhs_number,
    any_value(i.number_status) as nhs_number_status,
    'usual' as name_use,
    arg_max(i.family_name, i.latest) as family_name,
    arg_max(i.given_name, i.latest) as given_name,
    null::varchar as middle_names,
    null::varchar as title,
    null::varchar as former_family_name,
    any_value(i.sex) as sex,
    any_value(i.birth_date) as birth_date,
    day(max(i.died)) as death_date,
    any_value(i.postcode) as postcode,
    null::varchar as former_postcode,
    null::date as moved_on,
    false as has_dated_address,
    null::date as address_since,
    nullif(arg_max(i.practice_code, i.latest), 'V81997') as practice_code,
    t.code as holder_code,
    any_value(i.ethnic_category) as ethnic_category,
    bool_and(i.is_withheld) as is_restricted,
    false as is_test,
    day(getvariable('until')) as extract_date,
    [] as registrations
from identified as i
join acute_trust as t on t.ix = i.trust
group by t.code, i.record_id

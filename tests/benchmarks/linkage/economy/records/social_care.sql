-- Adult social care as the councils send it: one row a person number, every element that of the latest
-- submission that has it. Tables: council_record, care_event, council, practice, period. Variable: base.
with seen as (
    select
        e.record,
        max_by(p.last, p.ix) as until,
        max_by(p.sent, p.ix) as sent,
        arg_max(g.code, (p.ix, e.start, e.id)) as practice_code
    from care_event as e
    join council_record as r on r.record = e.record
    join period as p on p.source = 'social_care' and p.sender = e.borough and e.start <= p.last
        and if(e.kind = 2, e.stop >= p.first, e.stop between p.first and p.last)
    left join practice as g on g.ix = if(e.start >= r.switched_on, r.practice_ix_now, r.practice_ix)
    group by e.record
)

select
    'social_care' as source,
    a.council as sender,
    a.council || lpad(r.local::varchar, 8, '0') as record_id,
    getvariable('base') + r.person as person,
    r.number as nhs_number,
    null::varchar as nhs_number_status,
    'usual' as name_use,
    r.surname as family_name,
    r.given as given_name,
    null::varchar as middle_names,
    null::varchar as title,
    null::varchar as former_family_name,
    r.sex,
    day(r.born) as birth_date,
    if(r.death <= s.until, day(r.death), null) as death_date,
    if(r.address_until <= s.until, r.postcode, r.postcode_before) as postcode,
    null::varchar as former_postcode,
    null::date as moved_on,
    false as has_dated_address,
    null::date as address_since,
    s.practice_code,
    a.council as holder_code,
    if(r.ethnic_draw < 0.06, 'Z', r.ethnic_category) as ethnic_category,
    false as is_restricted,
    false as is_test,
    day(s.sent) as extract_date,
    [] as registrations
from council_record as r
join seen as s on s.record = r.record
join council as a on a.ix = r.sender

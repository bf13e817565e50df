-- Community (CSDS) or mental health (MHSDS) care: one row a local patient id, as the last monthly submission in
-- which a referral was open had it. Tables: team_record, team_referral, team_trust, practice_history, and
-- period (ix, sender, first, last, sent). Variables: source, base.
with seen as (
    select e.record, max_by(p.last, p.ix) as until, max_by(p.sent, p.ix) as sent
    from team_referral as e
    join period as p on p.sender = e.trust and e.day <= p.last and e.closed >= p.first
    where p.source = getvariable('source')
    group by e.record
),

practices as (
    select r.record, arg_max(g.practice_code, g.start) as practice_code
    from team_record as r
    join seen as s on s.record = r.record
    join practice_history as g on g.person = r.person and g.start <= s.until and g.stop > s.until
    group by r.record
)

select
    getvariable('source') as source,
    t.code as sender,
    r.local::varchar as record_id,
    getvariable('base') + r.person as person,
    r.number as nhs_number,
    r.number_status as nhs_number_status,
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
    nullif(p.practice_code, 'V81997') as practice_code,
    t.code as holder_code,
    if(r.ethnic_draw < 0.05, 'Z', r.ethnic_category) as ethnic_category,
    false as is_restricted,
    false as is_test,
    day(s.sent) as extract_date,
    [] as registrations
from team_record as r
join seen as s on s.record = r.record
join team_trust as t on t.ix = r.sender
left join practices as p on p.record = r.record

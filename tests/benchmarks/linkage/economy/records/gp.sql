-- General practice as EMIS (YGE01) and TPP (YGT01) send it and the connectors map it: one row a patient record.
-- Variables: until (the extract's day), base (the block's first person).
with registrations as (
    select
        g.rec,
        list({
            'key': if(g.is_emis, guid('emis patient', g.rec), (g.rec * 4 + g.reg_order)::varchar), 'practice': p.code,
            'started_on': day(g.start), 'ended_on': known(g.stop), 'is_regular': g.kind = 'Regular'
        } order by g.reg_order) as spells,
        arg_max(p.code, (g.start, g.reg_order)) filter (where g.kind = 'Regular' and not has_come(g.stop)) as open_at
    from gp_registration as g
    join practice as p on p.ix = g.practice
    where has_come(g.start)
    group by g.rec
),

shown as (
    select
        r.*, p.code, s.spells, s.open_at,
        has_come(r.address_until) and r.address_until > r.since and r.address_until < r.stop as has_moved
    from gp_patient as r
    join practice as p on p.ix = r.practice
    join registrations as s on s.rec = r.rec
    where has_come(if(r.is_emis, r.start, r.since))
)

select
    'gp' as source,
    if(is_emis, 'YGE01', 'YGT01') as sender,
    if(is_emis, guid('emis patient', rec), rec::varchar) as record_id,
    getvariable('base') + shown.person as person,
    number as nhs_number,
    if(is_emis or number_status = '01', number_status, '02') as nhs_number_status,
    'official' as name_use,
    if(is_test, 'Donotuse', surname) as family_name,
    if(is_test, 'Zzztest', given) as given_name,
    middle as middle_names,
    if(sex = 1, 'Mr', 'Ms') as title,
    if(is_emis, null, former_surname) as former_family_name,
    sex,
    day(born) as birth_date,
    known(death) as death_date,
    case
        when is_emis then postcode_of(shown)
        when has_moved or address_until <= since then postcode
        else postcode_before
    end as postcode,
    if(not is_emis and has_moved, postcode_before, null) as former_postcode,
    if(not is_emis and has_moved, day(address_until), null) as moved_on,
    not is_emis as has_dated_address,
    day(since) as address_since,
    case when not is_emis then open_at when kind = 'Regular' and not has_come(stop) then code end as practice_code,
    code as holder_code,
    e.ethnic_category,
    is_emis and (is_confidential or is_sensitive) as is_restricted,
    is_test,
    day(getvariable('until')) as extract_date,
    if(is_emis, list_filter(spells, lambda g: g.key = guid('emis patient', rec))[:1], spells) as registrations
from shown
join people as e on e.person = shown.person

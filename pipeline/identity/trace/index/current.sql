-- index_evidence, index_holder and record_of_number -> index_voice (the records that speak for a number) and index_current:
-- what they say of its holder now.
-- Who speaks for the number: its GP and verified records of that birth date, doubted ones only where they are all there
-- is. A record of a GP before any other, the registered before the former, the registration that began last.
create or replace temp table index_voice as
select
    e.nhs_number,
    e.record_key,
    (e.is_gp::integer * 8 + e.is_registered::integer * 4 + e.is_verified::integer * 2 + (not e.is_superseded_number)::integer)
        * 10000000 + coalesce(date_diff('day', date '1800-01-01', e.registered_on), 0) as standing
from index_evidence as e
inner join index_holder as h on h.nhs_number = e.nhs_number and h.birth_date = e.birth_date
where (e.is_gp or e.is_verified) and (h.is_doubted or not e.is_doubted);

create or replace temp table index_first as
select nhs_number, max({'standing': standing, 'key': record_key}).key as record_key from index_voice group by nhs_number;
create or replace temp table index_said as
select
    f.nhs_number, f.record_key, r.gender, r.family_name, r.given_name, r.other_given_name, r.family_folded, r.given_folded, r.given_root,
    r.former_given_names,
    r.postcode, r.practice_code, r.death_date, r.is_restricted and r.source = 'gp' as is_restricted
from index_first as f
inner join record_of_number as r on r.record_key = f.record_key;

-- A voice that plainly calls the person otherwise may be another person's, whom the number was given to by mistake: what it
-- says beyond the number is not heard.
create or replace temp table index_stranger as
select v.nhs_number, v.record_key
from index_voice as v
inner join record_of_number as r on r.record_key = v.record_key
inner join index_said as s on s.nhs_number = v.nhs_number
where
    r.given_folded <> s.given_folded
    and not is_like_any_given(
        r.given_folded, r.given_root, s.given_folded, s.given_root, s.former_given_names, s.other_given_name);

-- What the first voice leaves out, the next says; a name comes whole from one record.
create or replace temp table index_filled as
select
    v.nhs_number,
    -- Whoever is called plainly otherwise says nothing more of the person, but that a record is restricted.
    arg_max({
        'family_name': r.family_name, 'given_name': r.given_name, 'other_given_name': r.other_given_name,
        'family_folded': r.family_folded, 'given_folded': r.given_folded, 'given_root': r.given_root
    }, {'standing': v.standing, 'key': v.record_key}) filter (x.record_key is null and r.family_name is not null and r.given_name is not null) as called,
    arg_max(r.gender, {'standing': v.standing, 'key': v.record_key}) filter (x.record_key is null and r.gender is not null) as gender,
    arg_max(r.postcode, {'standing': v.standing, 'key': v.record_key}) filter (x.record_key is null and r.postcode is not null) as postcode,
    arg_max(r.practice_code, {'standing': v.standing, 'key': v.record_key})
        filter (x.record_key is null and r.practice_code is not null) as practice_code,
    arg_max(r.death_date, {'standing': v.standing, 'key': v.record_key})
        filter (x.record_key is null and r.death_date is not null) as death_date,
    bool_or(r.is_restricted and r.source = 'gp') as is_restricted
from index_voice as v
inner join record_of_number as r on r.record_key = v.record_key
left join index_stranger as x on x.nhs_number = v.nhs_number and x.record_key = v.record_key
where r.death_date is not null or r.is_restricted or v.nhs_number in (
    select nhs_number from index_said
    where family_name is null or given_name is null or gender is null or postcode is null or practice_code is null)
group by v.nhs_number;

create or replace temp table index_current as
select
    h.nhs_number,
    s.record_key as first_key,
    h.birth_date,
    h.is_from_gp,
    h.is_verified,
    coalesce(s.gender, f.gender) as gender,
    if(s.takes_name, f.called.family_name, s.family_name) as family_name,
    if(s.takes_name, f.called.given_name, s.given_name) as given_name,
    if(s.takes_name, f.called.other_given_name, s.other_given_name) as other_given_name,
    if(s.takes_name, f.called.family_folded, s.family_folded) as family_folded,
    if(s.takes_name, f.called.given_folded, s.given_folded) as given_folded,
    if(s.takes_name, f.called.given_root, s.given_root) as given_root,
    coalesce(s.postcode, f.postcode) as postcode,
    coalesce(s.practice_code, f.practice_code) as practice_code,
    coalesce(s.death_date, f.death_date) as death_date,
    coalesce(s.is_restricted or f.is_restricted, s.is_restricted, false) as is_restricted,
    s.former_given_names as former_given_said
from index_holder as h
inner join (
    select s.*, coalesce((s.family_name is null or s.given_name is null) and f.called is not null, false) as takes_name
    from index_said as s
    left join index_filled as f on f.nhs_number = s.nhs_number
) as s on s.nhs_number = h.nhs_number
left join index_filled as f on f.nhs_number = h.nhs_number;

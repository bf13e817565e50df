-- record_of_number (identity records that give a number looked at) -> index_built: one row an established number, the
-- person index's own Personal Demographics Service. A number is established where a GP record holds it (not a test
-- record), or where a sender had it verified. A function of the records alone: their order plays no part.
create or replace temp table index_evidence as
select
    r.traceable_number as nhs_number,
    r.birth_date,
    r.record_key,
    r.source = 'gp' as is_gp,
    coalesce(r.nhs_number_status = '01', false) and not r.is_superseded_number as is_verified,
    -- 04 and 05: the sender's own trace found nobody, or somebody else (NHS NUMBER STATUS INDICATOR CODE).
    coalesce(r.nhs_number_status in ('04', '05'), false) as is_doubted,
    r.is_superseded_number,
    r.is_registered,
    if(r.is_registered, r.registered_on, null) as registered_on
from record_of_number as r
where r.birth_date is not null and not r.is_test;

-- One birth date a number: that of a GP registration, the current one that began last before any other; for a number
-- that no practice holds, the birth date that was verified, and that most records give. Doubted records decide last.
create or replace temp table index_holder as
with evidence as (
    select
        nhs_number,
        birth_date,
        coalesce(max(1 + is_registered::integer) filter (is_gp and not is_superseded_number), 0) as gp_standing,
        bool_or(is_verified) as is_verified,
        bool_and(is_doubted) as is_doubted,
        max(registered_on) filter (is_gp) as registered_on,
        count(*) as records
    from index_evidence
    group by nhs_number, birth_date
)
select nhs_number, birth_date, gp_standing > 0 as is_from_gp, is_verified, is_doubted
from evidence
where gp_standing > 0 or is_verified
qualify row_number() over (
    partition by nhs_number
    order by is_doubted, gp_standing desc, is_verified desc, registered_on desc nulls last, records desc, birth_date
) = 1;

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
    f.nhs_number, r.gender, r.family_name, r.given_name, r.other_given_name, r.family_folded, r.given_folded, r.given_root,
    r.postcode, r.practice_code, r.death_date, r.is_restricted and r.source = 'gp' as is_restricted
from index_first as f
inner join record_of_number as r on r.record_key = f.record_key;

-- What the first voice leaves out, the next says; a name comes whole from one record.
create or replace temp table index_filled as
select
    v.nhs_number,
    arg_max({
        'family_name': r.family_name, 'given_name': r.given_name, 'other_given_name': r.other_given_name,
        'family_folded': r.family_folded, 'given_folded': r.given_folded, 'given_root': r.given_root
    }, {'standing': v.standing, 'key': v.record_key}) filter (r.family_name is not null and r.given_name is not null) as called,
    arg_max(r.gender, {'standing': v.standing, 'key': v.record_key}) filter (r.gender is not null) as gender,
    arg_max(r.postcode, {'standing': v.standing, 'key': v.record_key}) filter (r.postcode is not null) as postcode,
    arg_max(r.practice_code, {'standing': v.standing, 'key': v.record_key})
        filter (r.practice_code is not null) as practice_code,
    arg_max(r.death_date, {'standing': v.standing, 'key': v.record_key}) filter (r.death_date is not null) as death_date,
    bool_or(r.is_restricted and r.source = 'gp') as is_restricted
from index_voice as v
inner join record_of_number as r on r.record_key = v.record_key
where r.death_date is not null or r.is_restricted or v.nhs_number in (
    select nhs_number from index_said
    where family_name is null or given_name is null or gender is null or postcode is null or practice_code is null)
group by v.nhs_number;

create or replace temp table index_current as
select
    h.nhs_number,
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
    coalesce(s.is_restricted or f.is_restricted, s.is_restricted, false) as is_restricted
from index_holder as h
inner join (
    select s.*, coalesce((s.family_name is null or s.given_name is null) and f.called is not null, false) as takes_name
    from index_said as s
    left join index_filled as f on f.nhs_number = s.nhs_number
) as s on s.nhs_number = h.nhs_number
left join index_filled as f on f.nhs_number = h.nhs_number;

-- What the person was called and where they lived before: other names and postcodes of the records that speak, and what
-- those records call former. Only what differs from the current is gathered: most people have none.
create or replace temp table index_former as
select
    c.nhs_number, r.family_name, r.given_name, r.other_given_name, r.family_folded, r.given_folded, r.postcode,
    r.former_names, r.former_family_names, r.former_given_names, r.former_postcodes,
    c.family_name as family_now, c.given_name as given_now, c.other_given_name as other_given_now, c.postcode as postcode_now
from index_voice as v
inner join record_of_number as r on r.record_key = v.record_key
inner join index_current as c on c.nhs_number = v.nhs_number
where
    len(r.former_names) > 0 or len(r.former_postcodes) > 0
    or r.postcode <> coalesce(c.postcode, '')
    or r.family_name <> coalesce(c.family_name, '')
    or r.given_name <> coalesce(c.given_name, '')
    or r.other_given_name <> coalesce(c.other_given_name, '');

create or replace temp table index_former_name as
with instance as (
    select nhs_number, family_name, given_name, other_given_name, family_folded, given_folded
    from index_former
    where family_name is distinct from family_now or given_name is distinct from given_now
        or other_given_name is distinct from other_given_now
    union
    select nhs_number, n.family_name, n.given_name, null, letters_only(n.family_name), letters_only(n.given_name)
    from (select nhs_number, unnest(former_names) as n from index_former where len(former_names) > 0)
)
select
    nhs_number,
    list({'family_name': family_name, 'given_name': given_name, 'other_given_name': other_given_name}
        order by family_name, given_name, other_given_name) as former_names,
    list(distinct family_folded order by family_folded) filter (family_folded is not null) as former_family_names,
    list(distinct given_folded order by given_folded) filter (given_folded is not null) as former_given_names
from instance
where coalesce(family_name, given_name) is not null
group by nhs_number;

create or replace temp table index_former_postcode as
with instance as (
    select nhs_number, postcode, postcode_now from index_former where postcode is not null
    union
    select nhs_number, unnest(former_postcodes), postcode_now from index_former where len(former_postcodes) > 0
)
select nhs_number, list(distinct postcode order by postcode) as former_postcodes
from instance
where postcode is distinct from postcode_now
group by nhs_number;

create or replace temp table index_built as
select
    c.nhs_number,
    c.birth_date,
    c.is_from_gp,
    c.is_verified,
    c.gender,
    c.family_name,
    c.given_name,
    c.other_given_name,
    c.family_folded,
    c.given_folded,
    c.given_root,
    c.postcode,
    outcode_of(c.postcode) as outcode,
    c.practice_code,
    c.death_date,
    c.is_restricted,
    coalesce(n.former_names, []) as former_names,
    list_filter(coalesce(n.former_family_names, []), lambda f: f is distinct from c.family_folded) as former_family_names,
    list_filter(coalesce(n.former_given_names, []), lambda g: g is distinct from c.given_folded) as former_given_names,
    coalesce(p.former_postcodes, []) as former_postcodes
from index_current as c
left join index_former_name as n on n.nhs_number = c.nhs_number
left join index_former_postcode as p on p.nhs_number = c.nhs_number;

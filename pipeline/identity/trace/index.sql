-- record_known (identity records) and number_wanted (nhs_number) -> index_built: one row an established number, the
-- person index's own Personal Demographics Service. A number is established where a GP record holds it (not a test
-- record), or where a sender had it verified. A function of the records alone: their order plays no part.
create or replace temp table index_evidence as
select
    r.traceable_number as nhs_number,
    r.birth_date,
    r.source = 'gp' as is_gp,
    r.nhs_number_status = '01' and not r.is_superseded_number as is_verified,
    r.is_registered,
    r.registered_on,
    r.is_superseded_number,
    -- 04 and 05: the sender's own trace found nobody, or somebody else.
    coalesce(r.nhs_number_status in ('04', '05'), false) as is_doubted,
    r.record_key,
    r.gender,
    r.family_name,
    r.given_name,
    r.other_given_name,
    r.family_folded,
    r.given_folded,
    r.given_root,
    r.former_names,
    r.postcode,
    r.former_postcodes,
    r.practice_code,
    r.death_date,
    r.is_restricted
from record_known as r
semi join number_wanted as w on w.nhs_number = r.traceable_number
where r.birth_date is not null and not r.is_test;

-- One birth date a number: that of a GP registration, the current one that began last before any other; for a number
-- that no practice holds, the birth date that was verified, and that most records give.
create or replace temp table index_holder as
with evidence as (
    select
        nhs_number,
        birth_date,
        coalesce(max(1 + is_registered::integer) filter (is_gp and not is_superseded_number), 0) as gp_standing,
        coalesce(bool_or(is_verified), false) as is_verified,
        bool_and(is_doubted) as is_doubted,
        max(registered_on) filter (is_gp and is_registered) as registered_on,
        count(*) as records
    from index_evidence
    group by nhs_number, birth_date
)
select nhs_number, birth_date, gp_standing > 0 as is_from_gp, is_verified
from evidence
where gp_standing > 0 or is_verified
qualify row_number() over (
    partition by nhs_number
    order by is_doubted, gp_standing desc, is_verified desc, registered_on desc nulls last, records desc, birth_date
) = 1;

-- Who speaks for the number: its GP and verified records of that birth date. Records in doubt speak only where they
-- are all there is; a record of a GP before any other, the registered before the former.
create or replace temp table index_voice as
select
    e.*,
    {
        'undoubted': not e.is_doubted, 'gp': e.is_gp, 'registered': e.is_registered, 'verified': e.is_verified,
        'current': not e.is_superseded_number, 'since': coalesce(e.registered_on, date '0001-01-01'), 'key': e.record_key
    } as standing
from index_evidence as e
inner join index_holder as h on h.nhs_number = e.nhs_number and h.birth_date = e.birth_date
where e.is_gp or e.is_verified;

create or replace temp table index_current as
select
    nhs_number,
    arg_max({
        'family_name': family_name, 'given_name': given_name, 'other_given_name': other_given_name,
        'family_folded': family_folded, 'given_folded': given_folded, 'given_root': given_root
    }, standing) filter (family_name is not null and given_name is not null) as called,
    arg_max({
        'family_name': family_name, 'given_name': given_name, 'other_given_name': other_given_name,
        'family_folded': family_folded, 'given_folded': given_folded, 'given_root': given_root
    }, standing) filter (family_name is not null or given_name is not null) as called_in_part,
    arg_max(gender, standing) filter (gender is not null) as gender,
    arg_max(postcode, standing) filter (postcode is not null) as postcode,
    arg_max(practice_code, standing) filter (practice_code is not null) as practice_code,
    arg_max(death_date, standing) filter (death_date is not null) as death_date,
    bool_or(is_restricted and is_gp) as is_restricted,
    max(not is_doubted) as has_undoubted
from index_voice
group by nhs_number;

-- What the person was called and where they lived before: other names and postcodes of the records that speak, and what
-- those records call former. Only what differs from the current is gathered: most people have none.
create or replace temp table index_former_name as
with voice as (
    select v.*, c.called
    from index_voice as v
    inner join index_current as c using (nhs_number)
    where not v.is_doubted or not c.has_undoubted
),
instance as (
    select nhs_number, family_name, given_name, other_given_name, called from voice
    where family_name is distinct from called.family_name or given_name is distinct from called.given_name
        or other_given_name is distinct from called.other_given_name
    union
    select nhs_number, n.family_name, coalesce(n.given_name, given_name), null, called
    from (select *, unnest(former_names) as n from voice where len(former_names) > 0)
),
named as (
    select distinct nhs_number, family_name, given_name, other_given_name
    from instance
    where coalesce(family_name, given_name) is not null
)
select
    nhs_number,
    list({'family_name': family_name, 'given_name': given_name, 'other_given_name': other_given_name}
        order by family_name, given_name, other_given_name) as former_names,
    list(distinct letters_only(family_name) order by letters_only(family_name))
        filter (family_name is not null) as former_family_names,
    list(distinct letters_only(given_name) order by letters_only(given_name))
        filter (given_name is not null) as former_given_names
from named
group by nhs_number;

create or replace temp table index_former_postcode as
with voice as (
    select v.nhs_number, v.postcode, v.former_postcodes, c.postcode as postcode_now
    from index_voice as v
    inner join index_current as c using (nhs_number)
    where not v.is_doubted or not c.has_undoubted
),
instance as (
    select nhs_number, postcode, postcode_now from voice where postcode is not null
    union
    select nhs_number, unnest(former_postcodes), postcode_now from voice where len(former_postcodes) > 0
)
select nhs_number, list(distinct postcode order by postcode) as former_postcodes
from instance
where postcode is distinct from postcode_now
group by nhs_number;

create or replace temp table index_built as
with named as (
    select
        h.*,
        c.gender,
        coalesce(c.called, c.called_in_part) as called,
        c.postcode,
        c.practice_code,
        c.death_date,
        coalesce(c.is_restricted, false) as is_restricted
    from index_holder as h
    inner join index_current as c using (nhs_number)
)
select
    i.nhs_number,
    i.birth_date,
    i.is_from_gp,
    i.is_verified,
    i.gender,
    i.called.family_name as family_name,
    i.called.given_name as given_name,
    i.called.other_given_name as other_given_name,
    i.called.family_folded as family_folded,
    i.called.given_folded as given_folded,
    i.called.given_root as given_root,
    i.postcode,
    outcode_of(i.postcode) as outcode,
    i.practice_code,
    i.death_date,
    i.is_restricted,
    coalesce(n.former_names, []) as former_names,
    list_filter(coalesce(n.former_family_names, []), lambda f: f is distinct from i.called.family_folded) as former_family_names,
    list_filter(coalesce(n.former_given_names, []), lambda g: g is distinct from i.called.given_folded) as former_given_names,
    coalesce(p.former_postcodes, []) as former_postcodes
from named as i
left join index_former_name as n using (nhs_number)
left join index_former_postcode as p using (nhs_number);

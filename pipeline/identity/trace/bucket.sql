-- residue_known (identity records, with the code of their trace) -> bucket_pair: records that the MPS record bucket would
-- give one MPS_ID, left_key < right_key. Source: Person_ID Handbook, MPS_ID matching.
--   with the same local patient id at one sender: family, birth date, postcode and (given or gender); given, birth date and
--     postcode; given, family, gender and postcode; given, family and birth date; birth date alone where a name is missing,
--     and none that both give differs
--   else: given, family, birth date and postcode; where the record lacks a name: gender, birth date and postcode (bucket_place)
-- The service picks any one of several records that fit. Here the choice is the same every night: a record joins the first
-- of its kind by key.
-- Records for whom the trace found several close matches (97) are somebody of the index: they have no place in the bucket.
create or replace temp table bucket_record as
select record_key, sender, record_id, birth_date, gender, postcode, family_folded, given_folded, is_of_several_born,
    family_folded is not null and given_folded is not null as is_named,
    if(nhs_number_outcome = 'valid_traced', nhs_number, null) as verified_number
from residue_known
where code is distinct from '97';

-- By place: whoever lacks a name joins records of that gender, birth date and postcode, as long as all that it could be
-- there are one person: one family name, one given name, none of twins, and not two patients of one sender. Of a name that
-- both give, it must agree; a record with half a name joins only one that has that half, or none that has neither.
-- More records at a place are a default value.
create or replace temp table bucket_at_place as
select *
from bucket_record
where birth_date is not null and gender is not null and postcode is not null
qualify bool_or(not is_named) over (partition by gender, birth_date, postcode)
    and count(*) over (partition by gender, birth_date, postcode) between 2 and 50;

create or replace temp table bucket_met as
select
    n.record_key, m.record_key as other_key, m.is_named as is_other_named,
    m.family_folded, m.given_folded, m.is_of_several_born,
    m.sender = n.sender and m.record_id <> n.record_id as is_other_patient,
    n.is_of_several_born as is_mine_of_several,
    m.family_folded = n.family_folded or m.given_folded = n.given_folded
        or coalesce(n.family_folded, n.given_folded) is null or coalesce(m.family_folded, m.given_folded) is null as is_like
from bucket_at_place as n
inner join bucket_at_place as m
    on m.gender = n.gender and m.birth_date = n.birth_date and m.postcode = n.postcode and m.record_key <> n.record_key
where
    not n.is_named
    and coalesce(m.family_folded = n.family_folded, true) and coalesce(m.given_folded = n.given_folded, true);

create or replace temp table bucket_clear as
select record_key
from bucket_met
group by record_key
having
    count(distinct family_folded) <= 1 and count(distinct given_folded) <= 1
    and not bool_or(is_of_several_born or is_mine_of_several or is_other_patient);

create or replace temp table bucket_pair as
with same_local_id as (
    select l.record_key as left_key, r.record_key as right_key
    from bucket_record as l
    inner join bucket_record as r
        on r.sender = l.sender and r.record_id = l.record_id and r.record_key > l.record_key
    where
        l.family_folded = r.family_folded and l.birth_date = r.birth_date and l.postcode = r.postcode
        and (l.given_folded = r.given_folded or l.gender = r.gender)
        or l.given_folded = r.given_folded and l.birth_date = r.birth_date and l.postcode = r.postcode
        or l.given_folded = r.given_folded and l.family_folded = r.family_folded and l.gender = r.gender
        and l.postcode = r.postcode
        or l.given_folded = r.given_folded and l.family_folded = r.family_folded and l.birth_date = r.birth_date
        or (not l.is_named or not r.is_named) and l.birth_date = r.birth_date
        and coalesce(l.family_folded = r.family_folded, true) and coalesce(l.given_folded = r.given_folded, true)
),
same_name as (
    select min(record_key) over (partition by family_folded, given_folded, birth_date, postcode) as left_key,
        record_key as right_key
    from bucket_record
    where is_named and birth_date is not null and postcode is not null
),
joined as (
    select left_key, right_key from same_local_id
    union
    select left_key, right_key from same_name where left_key <> right_key
    union
    select least(m.record_key, m.other_key), greatest(m.record_key, m.other_key)
    from bucket_met as m
    semi join bucket_clear as c on c.record_key = m.record_key
    where m.is_like and (m.is_other_named or m.other_key in (select record_key from bucket_clear))
)
select j.left_key, j.right_key
from joined as j
inner join bucket_record as l on l.record_key = j.left_key
inner join bucket_record as r on r.record_key = j.right_key
where not coalesce(l.verified_number <> r.verified_number, false);

-- residue_known (identity records, with the code of their trace) -> bucket_pair: records that the MPS record bucket would
-- give one MPS_ID, left_key < right_key. Source: Person_ID Handbook, MPS_ID matching.
--   with the same local patient id at one sender: family, birth date, postcode and (given or gender); given, birth date and
--     postcode; given, family, gender and postcode; given, family and birth date; birth date alone where a name is missing
--   else: given, family, birth date and postcode; where the record has no name: gender, birth date and postcode
-- The service picks any one of several records that fit. Here the choice is the same every night: a record joins the first
-- of its kind by key; and one without a name joins named ones only where they are all one person.
-- Records for whom the trace found several close matches (97) are somebody of the index: they have no place in the bucket.
create or replace temp table bucket_record as
select record_key, sender, record_id, birth_date, gender, postcode, family_folded, given_folded,
    family_folded is not null and given_folded is not null as is_named,
    if(nhs_number_outcome = 'valid_traced', nhs_number, null) as verified_number
from residue_known
where birth_date is not null and code is distinct from '97';

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
),
same_name as (
    select min(record_key) over (partition by family_folded, given_folded, birth_date, postcode) as left_key,
        record_key as right_key
    from bucket_record
    where is_named and postcode is not null
),
place as (
    select gender, birth_date, postcode, min(record_key) as first_named
    from bucket_record
    where is_named and gender is not null and postcode is not null
    group by gender, birth_date, postcode
    having count(distinct family_folded || ' ' || given_folded) = 1
),
nameless as (
    select n.record_key, p.first_named,
        min(n.record_key) over (partition by n.gender, n.birth_date, n.postcode) as first_nameless
    from bucket_record as n
    left join place as p on p.gender = n.gender and p.birth_date = n.birth_date and p.postcode = n.postcode
    where not n.is_named and n.gender is not null and n.postcode is not null
),
joined as (
    select left_key, right_key from same_local_id
    union
    select left_key, right_key from same_name where left_key <> right_key
    union
    select first_nameless, record_key from nameless where first_nameless <> record_key
    union
    select least(first_named, record_key), greatest(first_named, record_key) from nameless where first_named is not null
)
select j.left_key, j.right_key
from joined as j
inner join bucket_record as l on l.record_key = j.left_key
inner join bucket_record as r on r.record_key = j.right_key
where not coalesce(l.verified_number <> r.verified_number, false);

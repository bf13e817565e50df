-- record_left, less what the alphanumeric trace found, -> pair_algorithmic: at most the 50 people of the index (a rule)
-- who share most blocks with the record. Blocks, each exact, on current or former values, gender on the current only:
--   1  Soundex of family name, Soundex of given name, birth date      2  Soundex of family name, gender, birth date, postcode
--   3  Soundex of given name, gender, birth date, postcode            4  birth date, postcode, gender
-- Names without spaces and hyphens, given names by their root. Source: Person_ID Handbook, algorithmic trace.
-- Blocks 2 and 3 are found among what block 4 finds.
create or replace temp table record_scored as
select * from record_left
where can_algorithmic and record_key not in (select record_key from pair_alphanumeric);

create or replace temp table block_of_names as
with asked as (
    select f.record_key, f.birth_date, s.sound as family_sound, g.sound as given_sound
    from record_family as f
    semi join record_scored as r on r.record_key = f.record_key
    inner join name_sound as s on s.folded = f.family
    inner join name_sound as g on g.folded = f.given
),
met as (
    select i.nhs_number, i.birth_date, s.sound as family_sound, g.sound as given_sound
    from index_family as i
    inner join name_sound as s on s.folded = i.family
    inner join name_sound as g on g.folded = i.given
)
select distinct a.record_key, m.nhs_number
from asked as a
inner join met as m
    on m.birth_date = a.birth_date and m.family_sound = a.family_sound and m.given_sound = a.given_sound;

create or replace temp table block_of_place as
with met as (
    select nhs_number, birth_date, gender, postcode from index_met where postcode is not null
    union
    select nhs_number, birth_date, gender, unnest(former_postcodes) from index_met where len(former_postcodes) > 0
)
select distinct r.record_key, m.nhs_number
from record_scored as r
inner join met as m on m.birth_date = r.birth_date and m.postcode = r.postcode and m.gender = r.gender;

-- Blocks 2 and 3: of the people who share the place, those who share the sound of one name.
create or replace temp table block_of_one_name as
with sounded as (
    select b.record_key, b.nhs_number, rf.family_sound, rf.given_sound, mf.family_sound as their_family, mf.given_sound as their_given
    from block_of_place as b
    left join (
        select r.record_key, s.sound as family_sound, g.sound as given_sound
        from record_scored as r
        left join record_family as f using (record_key)
        left join name_sound as s on s.folded = f.family
        left join name_sound as g on g.folded = r.given_root
    ) as rf using (record_key)
    left join (
        select i.nhs_number, s.sound as family_sound, g.sound as given_sound
        from index_family as i
        semi join block_of_place as b on b.nhs_number = i.nhs_number
        left join name_sound as s on s.folded = i.family
        left join name_sound as g on g.folded = i.given
    ) as mf using (nhs_number)
)
select
    record_key,
    nhs_number,
    coalesce(bool_or(family_sound = their_family), false)::integer
        + coalesce(bool_or(given_sound = their_given), false)::integer as blocks
from sounded
group by record_key, nhs_number;

create or replace temp table pair_algorithmic as
with blocked as (
    select record_key, nhs_number, sum(blocks) as blocks
    from (
        select record_key, nhs_number, 1 as blocks from block_of_names
        union all
        select record_key, nhs_number, 1 + blocks from block_of_one_name
    )
    group by record_key, nhs_number
)
select b.record_key, b.nhs_number, b.blocks
from blocked as b
inner join record_scored as r on r.record_key = b.record_key
inner join person_index as p on p.nhs_number = b.nhs_number
where
    not is_bound_elsewhere(r.has_verified_number, coalesce(r.traceable_number, r.nhs_number), p.nhs_number)
    and not is_twin(r.birth_date, r.given_folded, r.given_root,
        p.birth_date, p.given_folded, p.given_root, p.former_given_names, p.other_given_name)
qualify row_number() over (partition by b.record_key order by b.blocks desc, b.nhs_number)
    <= getvariable('rule_candidates');

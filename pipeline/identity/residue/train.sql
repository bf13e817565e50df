-- Relations identity_record and person_index -> what a model is trained on, in temp tables.
-- The index as its GP records alone make it: in the index itself a record's own names and postcodes may stand
-- among the former ones, as an earlier trace, and would then always agree.
create or replace temp table training_index as
with held as (
    select
        traceable_number as nhs_number,
        flatten(list([family_folded] || coalesce(former_family_names, []))) as former_family_names,
        flatten(list([given_folded] || coalesce(former_given_names, []))) as former_given_names,
        flatten(list([postcode] || coalesce(former_postcodes, []))) as former_postcodes
    from identity_record
    where source = 'gp' and not is_test
    group by traceable_number
)
select p.* exclude (former_family_names, former_given_names, former_postcodes), h.* exclude (nhs_number)
from person_index as p
join held as h on h.nhs_number = p.nhs_number
where p.is_from_gp;

-- Pairs that label themselves: a record and the index person whose number it holds, verified or from a source
-- that tells no status. GP records are left out: the index is made of them.
create or replace temp table training_label as
select r.record_key as unique_id_l, 'nhs|' || p.nhs_number as unique_id_r
from identity_record as r
join training_index as p on p.nhs_number = r.traceable_number
where r.source <> 'gp' and coalesce(r.nhs_number_status, '01') = '01' and not r.is_test;

-- Pairs that agree in everything but the number, which so shows how often a number goes wrong. Twins have
-- one name no more than strangers.
create or replace temp table training_number_label as
select r.record_key as unique_id_l, 'nhs|' || p.nhs_number as unique_id_r
from identity_record as r
join training_index as p
    on p.birth_date = r.birth_date
    and p.family_folded = r.family_folded
    and p.given_root = r.given_root
    and p.gender = r.gender
    and p.postcode = r.postcode
where r.source <> 'gp' and not r.is_test
qualify count(*) over (partition by r.record_key) = 1;

-- Shares of people, of names that at least min_people people have: a rarer name says who it is, and is not kept.
create or replace temp table name_share as
with name as (
    unpivot (select family_folded, given_folded from person_index) on family_folded, given_folded
    into name kind value name
),
counted as (
    select kind, name, count(*) as people, sum(count(*)) over (partition by kind) as all_people
    from name group by kind, name
)
select kind, name, people / all_people as share
from counted where people >= getvariable('min_people');

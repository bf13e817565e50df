select
    person_id(p.person) as person_id,
    p.nhs_number::varchar as nhs_number,
    true_day(p.birth) as birth_date,
    true_day(p.death) as death_date,
    if(p.sex = 1, 'male', 'female') as sex,
    p.ethnic_category,
    l.decile as imd_decile,
    '2019' as imd_version,
    if(p.practice_now < 0 or least(p.left_on, p.death) <= getvariable('end'), null, k.code) as practice_code,
    nullif(p.old_number, 0)::varchar as old_nhs_number,
    true_day(p.number_replaced_on) as number_replaced_on,
    p.given as given_name, p.middle as middle_name, p.surname as family_name, p.former_surname as former_family_name,
    person_id(p.household) as household_id,
    p.role as household_role,
    if(p.twin_of >= 0, person_id(p.twin_of), null) as twin_of,
    if(getvariable('end') >= p.moved_on, n.postcode, o.postcode) as postcode,
    if(p.moved_on <= getvariable('end'), o.postcode, null) as former_postcode,
    true_day(p.moved_on) as moved_on,
    l.code as lsoa_code,
    c.gss as local_authority_code,
    true_day(if(p.came_on > p.birth, p.came_on, 100000)) as came_on,
    true_day(p.left_on) as left_on,
    true_day(p.dissent_on) as type_1_dissent_on,
    true_day(p.withdrawn_on) as type_1_withdrawn_on,
    p.dissent_on <= getvariable('end') and p.withdrawn_on > getvariable('end') as has_type_1_objection,
    true_day(p.opted_out_on) as national_opt_out_on,
    p.opted_out_on <= getvariable('end') as has_national_opt_out,
    p.is_test, p.is_confidential, p.is_sensitive, p.is_homeless, p.in_care_home,
    f.frailty
from people as p
join postcode as n on n.ix = p.postcode_now
join postcode as o on o.ix = p.postcode
join lsoa as l on l.ix = if(getvariable('end') >= p.moved_on, n.lsoa, o.lsoa)
join council as c on c.ix = l.borough
left join practice as k on k.ix = p.practice_now
join frailty_of as f on f.person = p.person
order by p.person

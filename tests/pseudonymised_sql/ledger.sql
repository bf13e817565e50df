-- What a night's ledger would say of these rows: every row landed, is current, and was pseudonymised.
create table ledger__current_run as
select 'run-1' as run_id, getvariable('as_of')::date as as_of, getvariable('product') as product, '0.1.0' as code_version;
create table ledger__runs as
select
    run_id, as_of, as_of + interval 3 hour as started_at, null::timestamp as ended_at, 'running' as outcome, code_version, 'k1' as key_ids,
from ledger__current_run;
create temp table received (source varchar, sender varchar, file_id varchar, row_number bigint);
insert into received select source, sender, source_file_id, source_row from gp__patients;
insert into received select source, sender, source_file_id, source_row from gp__appointments;
insert into received select source, sender, source_file_id, source_row from gp__encounters;
insert into received select source, sender, source_file_id, source_row from gp__episodes_of_care;
insert into received select source, sender, source_file_id, source_row from gp__observations;
insert into received select source, sender, source_file_id, source_row from gp__conditions;
insert into received select source, sender, source_file_id, source_row from gp__medication_requests;
insert into received select source, sender, source_file_id, source_row from gp__immunizations;
insert into received select source, sender, source_file_id, source_row from gp__allergy_intolerances;
insert into received select source, sender, source_file_id, source_row from acute__patients;
insert into received select source, sender, source_file_id, source_row from acute__encounters;
insert into received select source, sender, source_file_id, source_row from acute__appointments;
insert into received select source, sender, source_file_id, source_row from community__patients;
insert into received select source, sender, source_file_id, source_row from community__service_requests;
insert into received select source, sender, source_file_id, source_row from community__encounters;
insert into received select source, sender, source_file_id, source_row from mental_health__patients;
insert into received select source, sender, source_file_id, source_row from mental_health__encounters;
insert into received select source, sender, source_file_id, source_row from social_care__patients;
insert into received select source, sender, source_file_id, source_row from social_care__service_requests;
insert into received select source, sender, source_file_id, source_row from social_care__encounters;
insert into received select source, sender, source_file_id, source_row from social_care__episodes_of_care;
insert into received select source, sender, source_file_id, source_row from social_care__conditions;
insert into received select source, sender, source_file_id, source_row from ambulance__patients;
insert into received select source, sender, source_file_id, source_row from ambulance__encounters;
create table ledger__files as
select
    file_id, 'run-1' as run_id, source, min(sender) as sender, getvariable('as_of')::date as extract_date,
    source || '.csv' as file_name, sha256(file_id) as file_sha256, 'made_up' as format,
    count(distinct row_number) as rows_in, count(distinct row_number) as rows_landed, 0::bigint as rows_quarantined,
    'landed' as outcome, false as is_made_good,
from received group by file_id, source;
create table ledger__stages as
select 'run-1' as run_id, source, sender, file_id, file_name, stage, rows_in, rows_in as rows_out,
    0::bigint as rows_quarantined, 0::bigint as rows_withheld, 0::bigint as rows_superseded,
from ledger__files,
    (select unnest(['landing', 'current', 'pseudonymised']) as stage);
create table ledger__withheld as
select 'run-1' as run_id, getvariable('product') as product, 'test_patient' as reason, 0::bigint as people, 0::bigint as rows;
create table ledger__objection_checks as
select 'run-1' as run_id, getvariable('product') as product, '' as request_id, null::date as asked_on,
    null::bigint as numbers_asked, date '2026-03-30' as reply_on, date '2026-04-20' as reply_lapses_on,
    10::bigint as numbers_allowed, repeat('0', 64) as reply_sha256, 3::bigint as restricted_codes,
    10::bigint as people_in, 0::bigint as people_out;
create table ledger__rule_results as
select 'run-1' as run_id, 'arrivals_gp' as suite, 'not_empty' as rule_id, 'block' as severity,
    10::bigint as rows_checked, 0::bigint as rows_failed, true as is_passed;
create table ledger__feeds as
select distinct
    'run-1' as run_id, source, sender, 'made_up' as feed, getvariable('as_of')::date as as_of, 'landed' as outcome,
    getvariable('as_of')::date as last_extract_on, getvariable('as_of')::date as expected_on,
    false as is_late, 1::bigint as files, 100::bigint as rows_in,
from received;
create table link_groups as
with described as (
    select
        person_sources.* exclude (strict_person_key, loose_person_key),
        date_diff('month', date_trunc('month', born_on), if(is_dead, died_on, getvariable('as_of')::date)) // 12 as age_years,
        sex, ethnic_category, lsoa_code, local_authority_code,
        if(link_step = 'probabilistic', 0.04, 0.0) as probability_false,
        if(link_step = 'probabilistic', 0.1, 0.0) as probability_missed,
    from person_sources inner join people using (person_key)
),
grouped as (
    select *, unnest([
        {'group_type': 'all', 'group_value': 'all'},
        {'group_type': 'age_years', 'group_value': age_years::varchar},
        {'group_type': 'sex', 'group_value': sex},
        {'group_type': 'ethnic_category', 'group_value': ethnic_category},
        {'group_type': 'lsoa_code', 'group_value': lsoa_code},
        {'group_type': 'local_authority_code', 'group_value': local_authority_code}
    ], recursive := true)
    from described
)
select
    'run-1' as run_id, source, sender, link_step, group_type, group_value,
    count(*) as records, count(distinct person_key) as people, count(*) filter (link_step <> 'probabilistic') as records_registered,
    sum(probability_missed)::double as probability_missed, sum(probability_false)::double as probability_false,
from grouped group by all;
create table ledger__link_profiles as
with nights as (
    select 'run-1' as run_id, getvariable('as_of')::date as as_of
    union all select 'run-0', getvariable('as_of')::date - 1
),
sized as (
    select *, count(*) over (partition by person_key) as cluster_size,
        pick(['valid_traced', 'valid_traced', 'valid_traced', 'valid_untraced', 'missing'], draw(rowid, 'number'))
            as number_outcome,
    from person_sources
),
told as (
    select unnest([
        {'profile': 'link_step', 'value': link_step},
        {'profile': 'cluster_size', 'value': cluster_size::varchar},
        {'profile': 'number_outcome', 'value': number_outcome},
        {'profile': 'given', 'value': 'record'},
        {'profile': 'given', 'value': if(number_outcome = 'missing', 'name', 'number')}
    ], recursive := true), source, person_key
    from sized
)
select run_id, as_of, profile, source, value, count(*) as records, count(distinct person_key) as people,
from told, nights where run_id = 'run-1' or hash(person_key) % 3 > 0
group by all;
create table ledger__practice_lists as
select 'run-0' as run_id, getvariable('as_of')::date - 1 as as_of, organisation_code as practice_code,
    count(distinct person_key) as registered_people, 0.1::double as drop_limit,
from gp__episodes_of_care where episode_type = 'gp_registration' group by all;
create table ledger__references as
select 'run-1' as run_id, getvariable('as_of')::date as as_of, source, sender, 'Encounter' as resource_type, 'basedOn' as path,
    'ServiceRequest' as target_type, 5::bigint as references_checked, 1::bigint as references_unresolved,
from (select distinct source, sender from ledger__files);
create table ledger__extensions as
select
    'run-1' as run_id, 'acute' as source, 'RYJ' as sender, getvariable('as_of')::date as extract_date,
    'Patient.ndjson' as file_name, 'Patient' as resource_type, 'name.extension' as place,
    'https://x.example/StructureDefinition/y' as url, 3::bigint as records, 4::bigint as extensions;

create table reference__organisations as
select
    'E8400' || practice as ods_code, 'Practice ' || practice as name, 'gp_practice' as role,
    'U' || (1 + practice % 3) as parent_ods_code, date '2010-04-01' as valid_from, null::date as valid_to,
from (select unnest(range(1, 9)) as practice)
union all
select 'U' || pcn, 'Network ' || pcn, 'pcn', 'QRV', date '2019-07-01', null from (select unnest([1, 2, 3]) as pcn);
create table reference__deprivation as
select
    'E01' || lpad(area::varchar, 6, '0') as lsoa_code, version as imd_version, area * 100 as imd_rank,
    1 + (area + if(version = '2025', 1, 0)) % 10 as imd_decile,
from (select unnest(range(1, 41)) as area), (select unnest(['2019', '2025']) as version);
create table reference__unit_costs as
select * from (values
    ('GP_CONSULTATION', '2023-24', 40.0, '2023-24', 'made up'),
    ('OUTPATIENT_FIRST', '2024/25', 170.0, '2024/25', 'made up'),
    ('DZ11S', '2024-25', 3900.0, '2024-25', 'made up')
) as costs (currency, financial_year, unit_cost_gbp, price_year, source);
create table reference__codelists as
select codelist, code_system, code, term
from read_csv(getvariable('starter_lists'), header = true, all_varchar = true)
union all
select unnest(['drug_asthma', 'drug_lithium', 'drug_pain']), 'dmd', '325278007', 'made up';

-- registration_row (fhir/EpisodeOfCare of GP feeds) -> gp_registration: the registration of a GP record that is
-- current at as_of and began last, else the last one. Needs the macros of connectors/fhir, and the variable as_of.
create or replace temp table gp_registration as
with episode as (
    select
        _source as source,
        _sender as sender,
        _record_id as record_id,
        ods_of(managingOrganization) as practice_code,
        fhir_date(period."start") as started_on,
        fhir_date(period."end") as ended_on
    from registration_row
    where concepts_local_code(type, 'episode-type') = 'gp_registration' and _record_id is not null
),
judged as (
    select
        *,
        coalesce(started_on, date '0001-01-01') <= getvariable('as_of')
            and coalesce(ended_on, date '9999-12-31') > getvariable('as_of') as is_current
    from episode
)
select source, sender, record_id, practice_code, started_on, is_current
from judged
qualify row_number() over (
    partition by source, sender, record_id
    order by is_current desc, started_on desc nulls last, ended_on desc nulls first, practice_code
) = 1;

-- identity_record, trace_result and person_index -> linked_record: who is left by the trace founds a person on a number that
-- nobody established, or is a person of their own. One birth date a number: the one that most records give; test
-- records only count where nothing else does. Within a keyed block.
create or replace temp table founded_number as
with evidence as (
    select
        r.traceable_number as nhs_number,
        r.birth_date,
        bool_and(r.is_test) as is_test,
        count(*) as records
    from identity_record as r
    inner join trace_result as t on t.record_key = r.record_key
    where t.matched_number is null and r.traceable_number is not null and r.birth_date is not null
        and r.traceable_number not in (select nhs_number from person_index)
    group by r.traceable_number, r.birth_date
)
select nhs_number, birth_date
from evidence
qualify row_number() over (partition by nhs_number order by is_test, records desc, birth_date) = 1;

create or replace temp table linked_record as
with stepped as (
    select
        r.*,
        t.matched_number,
        case
            when t.matched_number is not null then t.link_step
            when r.traceable_number is null or r.birth_date is null then 'unmatched'
            when f.birth_date = r.birth_date then 'number_founded'
            else 'birth_date_conflict'
        end as link_step,
        t.link_confidence
    from identity_record as r
    inner join trace_result as t on t.record_key = r.record_key
    left join founded_number as f on f.nhs_number = r.traceable_number
)
select
    source, sender, record_id, nhs_number, nhs_number_outcome, nhs_number_status, birth_date, family_name, given_name, gender,
    postcode, practice_code, is_registered, registered_on, death_date, is_restricted, is_test, link_step,
    case
        when matched_number is not null then keyed_hash('nhs-number|v1|' || matched_number)
        when link_step = 'number_founded' then keyed_hash('nhs-number|v1|' || traceable_number)
        else keyed_hash('local|v1|' || record_key)
    end as person_id,
    if(link_step = 'number_founded', 100, link_confidence) as link_confidence,
    if(link_step = 'number_founded', traceable_number, matched_number) as person_number
from stepped;

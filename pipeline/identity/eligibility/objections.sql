-- Adds to record_reason what applies to secondary use only. Needs the temp view codelist, and type_1_sent of
-- type_1.py: source, sender, record_id, codes, sent_date (when the sender says that it was so), is_denied (null:
-- the code alone says it; true or false: a consent or flag that says so whatever its code), row.

-- Type 1: the latest entry of a person's records decides, those of former practices among them, and a dissent
-- before a withdrawal of the same day. What is not exactly known counts for the objection: a dissent of some day in
-- March as one of its last day, a dissent without a date or of a day to come as the latest of all. A withdrawal
-- counts from its day on, and never from the record of a test patient.
create or replace temp table type_1_entry as
with matched as (
    select t.*, coalesce(t.is_denied, l.codelist = 'type_1_dissent') as is_dissent
    from type_1_sent as t
    inner join type_1_code as l on list_contains(t.codes, l.code)
)
select
    r.person_id,
    m.is_dissent,
    case
        when fhir_precision(m.sent_date) = 'time' then fhir_timestamp(m.sent_date)::date
        when not m.is_dissent then fhir_date(m.sent_date)
        when fhir_precision(m.sent_date) = 'year' then fhir_date(m.sent_date) + interval 1 year - interval 1 day
        when fhir_precision(m.sent_date) = 'month' then fhir_date(m.sent_date) + interval 1 month - interval 1 day
        else fhir_date(m.sent_date)
    end::date as entered_on
from matched as m
inner join vault.record as r on r.source = m.source and r.sender = m.sender and r.record_id = m.record_id
where m.is_dissent or not (r.is_test or r.nhs_number_outcome = 'test_range');

insert into record_reason
with dated as (
    select person_id, is_dissent, if(is_dissent, coalesce(entered_on, date '9999-12-31'), entered_on) as entered_on
    from type_1_entry
),
latest as (
    select person_id, is_dissent
    from dated
    where is_dissent or entered_on <= getvariable('as_of')
    qualify row_number() over (partition by person_id order by entered_on desc nulls last, is_dissent desc) = 1
)
select source, sender, record_id, person_id, 'type_1_objection'
from vault.record
where person_id in (select person_id from latest where is_dissent);

-- The reply lists who may be used. Whoever has no established number cannot be looked up in it, and of a number that
-- the request did not ask about the reply says nothing. Without a request of ours the reply speaks for everybody.
insert into record_reason
select
    r.source,
    r.sender,
    r.record_id,
    r.person_id,
    if(
        p.nhs_number is null or (a.nhs_number is null and exists (select 1 from vault.national_asked)),
        'opt_out_not_checkable',
        'national_opt_out'
    )
from vault.record as r
inner join vault.person as p on p.person_id = r.person_id
left join vault.national_reply as n on n.nhs_number = p.nhs_number
left join vault.national_asked as a on a.nhs_number = p.nhs_number
where n.nhs_number is null;

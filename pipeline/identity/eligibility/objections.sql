-- Adds to record_reason what applies to secondary use only. Needs the temp views observation_row
-- (fhir/Observation) and codelist.

-- Type 1: the latest entry of a person's records decides, and a dissent before a withdrawal of the same day.
-- What is not exactly known counts for the objection: a dissent of some day in March as one of its last day.
create or replace temp table type_1_entry as
with coded as (
    select
        o._source as source,
        o._sender as sender,
        o._record_id as record_id,
        o.effectiveDateTime as sent_date,
        list_transform(o.code.coding, lambda c: c.code) as codes
    from observation_row as o
),
matched as (
    select c.* exclude (codes), l.codelist = 'type_1_dissent' as is_dissent
    from coded as c
    inner join codelist as l
        on l.codelist in ('type_1_dissent', 'type_1_withdrawn') and list_contains(c.codes, l.code)
)
select
    r.person_id,
    m.is_dissent,
    case
        when not m.is_dissent then fhir_date(m.sent_date)
        when fhir_precision(m.sent_date) = 'year' then fhir_date(m.sent_date) + interval 1 year - interval 1 day
        when fhir_precision(m.sent_date) = 'month' then fhir_date(m.sent_date) + interval 1 month - interval 1 day
        else coalesce(fhir_date(m.sent_date), date '9999-12-31')
    end::date as entered_on
from matched as m
inner join vault.record as r on r.source = m.source and r.sender = m.sender and r.record_id = m.record_id;

insert into record_reason
with latest as (
    select person_id, is_dissent
    from type_1_entry
    where is_dissent or entered_on <= getvariable('as_of')
    qualify row_number() over (partition by person_id order by entered_on desc nulls last, is_dissent desc) = 1
)
select source, sender, record_id, person_id, 'type_1_objection'
from vault.record
where person_id in (select person_id from latest where is_dissent);

-- The reply lists who may be used. Whoever has no established number cannot be looked up in it.
insert into record_reason
select
    r.source,
    r.sender,
    r.record_id,
    r.person_id,
    if(p.nhs_number is null, 'opt_out_not_checkable', 'national_opt_out')
from vault.record as r
inner join vault.person as p on p.person_id = r.person_id
left join vault.national_reply as n on n.nhs_number = p.nhs_number
where n.nhs_number is null;

-- made and landed (both fhir/Patient of the same people) -> per source: how many records each has, how many
-- both have, and how many of those say the same in each element that linking reads.
create or replace temp macro nhs_number_sent(identifiers) as
    list_filter(identifiers, lambda i: i.system = 'https://fhir.nhs.uk/Id/nhs-number')[1];
create or replace temp macro places(addresses) as
    list_transform(addresses, lambda a: {'use': a."use", 'postalCode': a.postalCode, 'period': a.period});
with paired as (
    select m as m, l as l, coalesce(m._source, l._source) as source
    from made as m
    full join landed as l on l._source = m._source and l._sender = m._sender and l._record_id = m._record_id
)

select
    source,
    count(m.id) as made,
    count(l.id) as landed,
    count(*) filter (m.id = l.id) as both,
    count(*) filter (nhs_number_sent(m.identifier) is not distinct from nhs_number_sent(l.identifier) and m.id = l.id)
        as number,
    count(*) filter (m.name is not distinct from l.name and m.id = l.id) as name,
    count(*) filter (m.birthDate is not distinct from l.birthDate and m.id = l.id) as birth,
    count(*) filter (m.gender is not distinct from l.gender and m.id = l.id) as gender,
    count(*) filter (places(m.address) is not distinct from places(l.address) and m.id = l.id) as address,
    count(*) filter (m.generalPractitioner is not distinct from l.generalPractitioner and m.id = l.id) as gp,
    count(*) filter (m.meta is not distinct from l.meta and m.id = l.id) as marks,
    count(*) filter (m.deceasedDateTime is not distinct from l.deceasedDateTime and m.id = l.id) as death
from paired
group by source
order by source

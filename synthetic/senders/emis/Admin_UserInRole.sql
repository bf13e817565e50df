select
    guid('emis user', p.ix * 10 + u.number) as UserInRoleGuid,
    p.guid as OrganisationGuid,
    if(u.number < 3, 'Dr', 'Ms') as Title,
    pick(['Alex', 'Sam', 'Robin', 'Kim', 'Noor', 'Jo'], u.number / 6) as GivenName,
    pick(['Archer', 'Bevan', 'Castle', 'Dunn', 'Ellis', 'Frost', 'Garner'], ((p.ix * 6 + u.number) % 7) / 7) as Surname,
    if(u.number < 3, 'R0260', 'R0600') as JobCategoryCode,
    if(u.number < 3, 'General Medical Practitioner', 'Practice Nurse') as JobCategoryName,
    date '2015-04-01' as ContractStartDate,
    null as ContractEndDate,
    p.ix * 10 + u.number as ProcessingId
from practice as p
cross join (select unnest(range(6)) as number) as u
where p.is_emis and getvariable('is_bulk')
order by p.ix, u.number

select
    p.guid as OrganisationGuid,
    p.agreement <> 2 as IsActivated,
    day(getvariable('history_start') - 400 + p.ix) as LastModifiedDate,
    p.agreement = 3 as Disabled,
    p.agreement = 4 as Deleted
from practice as p
where p.is_emis and p.agreement <> 1 and getvariable('is_bulk')
order by p.ix

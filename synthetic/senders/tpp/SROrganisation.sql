select
    p.ix + 1 as RowIdentifier, p.code as IDOrganisationVisibleTo, 0 as RemovedData, p.code as ODSCode,
    p.name as OrganisationName
from practice as p
where not p.is_emis and p.agreement = 0 and getvariable('is_bulk')
order by p.ix

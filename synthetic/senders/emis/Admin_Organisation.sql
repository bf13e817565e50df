select
    p.guid as OrganisationGuid,
    10000 + p.ix as CDB,
    p.name as OrganisationName,
    p.code as ODSCode,
    guid('emis pcn', p.pcn) as ParentOrganisationGuid,
    guid('emis icb', 1) as CCGOrganisationGuid,
    'GP Practice' as OrganisationType,
    date '2004-04-01' as OpenDate,
    null as CloseDate,
    guid('emis location', p.ix) as MainLocationGuid,
    p.ix as ProcessingId
from practice as p
where p.is_emis and getvariable('is_bulk')
order by p.ix

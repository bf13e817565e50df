select
    '1.6' as Version, t.code as OrgID_Provider, t.code as OrgID_Submitter, day(getvariable('period_start')) as RP_StartDate,
    day(getvariable('period_end')) as RP_EndDate, strftime(day(getvariable('folder_day')), '%Y-%m-%dT09:00:00') as FileCreation_DateTime,
    'SystmOne' as PrimarySystem
from community_trust as t where t.ix = getvariable('sender')

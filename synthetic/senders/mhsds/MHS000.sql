select
    '6.0' as DatSetVer, t.code as OrgIDProvider, t.code as OrgIDSubmit, day(getvariable('period_start')) as ReportingPeriodStartDate,
    day(getvariable('period_end')) as ReportingPeriodEndDate,
    strftime(day(getvariable('folder_day')), '%Y-%m-%dT09:00:00') as DateTimeDatSetCreate, 'RiO' as PrimSystemInUse
from mental_trust as t where t.ix = getvariable('sender')

select
    f.name as FileName,
    (not getvariable('is_bulk'))::integer as IsDelta,
    tpp_time(day(getvariable('until')), 60) as DateExtract
from (select unnest(['SROrganisation.csv', 'SRPatient.csv', 'SRPatientRegistration.csv', 'SRPatientAddressHistory.csv',
    'SREvent.csv', 'SRCode.csv', 'SRPrimaryCareMedication.csv', 'SRAppointment.csv']) as name) as f

select
    e.id as RowIdentifier,
    p.code as IDOrganisationVisibleTo,
    has_come(e.deleted_on)::integer as RemovedData,
    tpp_time(day(e.day), 600) as DateEvent,
    null as IDMultiLexProduct,
    null as IDMultiLexPack,
    d.dmd as IDMultiLexDMD,
    d.name as NameOfMedication,
    tpp_time(day(e.day)) as DateMedicationStart,
    tpp_time(day(e.day + if(e.is_repeat, 56, 7))) as DateMedicationEnd,
    d.dose as MedicationDosage,
    d.quantity || ' ' || d.unit as MedicationQuantity,
    0 as IsSupervised,
    e.is_repeat::integer as IsRepeatMedication,
    0 as IsOtherMedication,
    0 as IsDentalMedication,
    0 as IsHospitalMedication,
    if(e.is_repeat, e.authorisation, null) as IDRepeatTemplate,
    if(e.consultation > 0, e.consultation, null) as IDEvent,
    e.rec as IDPatient
from gp_issue as e
join practice as p on p.ix = e.practice
join drug as d on d.ix = e.drug
where not e.is_emis and (is_new(e.visible) or (has_come(e.visible) and is_new(e.deleted_on)))
order by e.id

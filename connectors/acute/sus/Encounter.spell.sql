-- One encounter per hospital provider spell: provider and spell number. What the admission says is of the
-- first episode, what the discharge says of the last; an element that that episode lacks is of the next.
with episodes as (
    select *,
        coalesce(OrganisationCodeCodeOfProvider, getvariable('sender')) as provider,
        coalesce(provider || '|' || HospitalProviderSpellNumber, 'row|' || GeneratedRecordIdentifier) as spell,
        -- 98 and 99 say that there is no order: such episodes follow the numbered ones.
        (coalesce(EpisodeNumber, 99), StartDateConsultantEpisode, GeneratedRecordIdentifier) as position
    from APC
),

spells as (
    select spell, any_value(provider) as provider,
        any_value(provider || '|' || HospitalProviderSpellNumber) as spell_number,
        arg_min(_record_id, position) as _record_id,
        arg_min(_file_id, position) as _file_id,
        arg_min(_row, position) as _row,
        max(_extract_date) as _extract_date,
        bool_or(WithheldIdentityReason is not null) as is_withheld,
        arg_min(StartDateHospitalProviderSpell, position) as admitted_on,
        arg_min(PatientClassification, position) as classification,
        arg_min(AdministrativeCategory, position) as category,
        arg_min(AdmissionMethodHospitalProviderSpell, position) as admission_method,
        arg_min(SourceOfAdmissionHospitalProviderSpell, position) as source_of_admission,
        arg_min(DecidedToAdmitDate, position) as decided_on,
        arg_min(MainSpecialtyCode, position) as specialty,
        arg_min(TreatmentFunctionCode, position) as treatment_function,
        arg_min(SiteCodeOfTreatment, position) as site,
        arg_max(DischargeDateFromHospitalProviderSpell, position) as discharged_on,
        arg_max(DischargeMethodHospitalProviderSpell, position) as discharge_method,
        arg_max(DischargeDestinationHospitalProviderSpell, position) as destination,
        arg_max(HospitalProviderSpellDischargeReadyDate, position) as ready_on,
        arg_max(SpellCoreHRG, position) as hrg
    from episodes
    group by spell
)

select
    own_id('Encounter', 'spell|' || spell) as id,
    uk_core_meta('Encounter', is_withheld) as meta,
    said([
        wsic_code('PatientClassification', classification),
        wsic_code('AdministrativeCategory', category),
        wsic_code('MainSpecialty', specialty),
        wsic_date('DischargeReadyDate', ready_on),
        wsic_datetime('DecidedToAdmit', london(decided_on)),
        wsic_code('Hrg', hrg),
        ukcore_concept('DischargeMethod', ukcore_coded('DischargeMethodEngland', discharge_method))
    ]) as extension,
    if(spell_number is null, null,
       [{'system': 'https://fhir.wsic.example/Id/hospital-provider-spell', 'value': spell_number}]) as identifier,
    if(discharged_on is null, 'in-progress', 'finished') as status,
    encounter_class('IMP') as class,
    [local_concept('activity-type', 'inpatient_spell')] as type,
    local_concept('treatment-function', treatment_function) as serviceType,
    own_reference('Patient', _record_id) as subject,
    {'start': london(admitted_on), 'end': london(discharged_on)} as period,
    {'extension': said([ukcore_concept('AdmissionMethod', ukcore_coded('AdmissionMethodEngland', admission_method))]),
     'admitSource': ukcore_coded('SourceOfAdmissionEngland', source_of_admission),
     'dischargeDisposition': ukcore_coded('DischargeDestinationEngland', destination)} as hospitalization,
    if(site is null, null, [{'location': site_reference(site)}]) as location,
    ods_reference(provider) as serviceProvider,
    _record_id, _file_id, _row, _extract_date
from spells

-- One procedure per OPCS-4 code of an episode or of an attended outpatient appointment, with its rank.
with coded as (
    select GeneratedRecordIdentifier as encounter, _record_id, _file_id, _row, _extract_date,
        WithheldIdentityReason is not null as is_withheld, StartDateConsultantEpisode as happened_on,
        unnest([
            {'code': opcs4_code(PrimaryProcedureOPCS), 'done_on': PrimaryProcedureDate, 'rank': 1},
            {'code': opcs4_code(ProcedureOPCS_02), 'done_on': ProcedureDate_02, 'rank': 2},
            {'code': opcs4_code(ProcedureOPCS_03), 'done_on': ProcedureDate_03, 'rank': 3},
            {'code': opcs4_code(ProcedureOPCS_04), 'done_on': ProcedureDate_04, 'rank': 4}]) as item
    from APC
    union all
    select GeneratedRecordIdentifier || '|op', _record_id, _file_id, _row, _extract_date,
        WithheldIdentityReason is not null, AppointmentDate,
        {'code': opcs4_code(PrimaryProcedureOPCS), 'done_on': AppointmentDate, 'rank': 1}
    from OP
    where AttendedOrDidNotAttend in ('5', '6')
)

select
    own_id('Procedure', encounter || '|op|' || item.rank) as id,
    uk_core_meta('Procedure', is_withheld) as meta,
    [wsic_integer('Rank', item.rank)] as extension,
    'completed' as status,
    concept('https://fhir.hl7.org.uk/CodeSystem/OPCS-4', item.code) as code,
    own_reference('Patient', _record_id) as subject,
    own_reference('Encounter', encounter) as encounter,
    london(coalesce(item.done_on, happened_on)) as performedDateTime,
    _record_id, _file_id, _row, _extract_date
from coded
where item.code is not null

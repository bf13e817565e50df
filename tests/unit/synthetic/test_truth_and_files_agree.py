"""What the files say, read as a pipeline would, is what the truth says."""

from __future__ import annotations

import pytest

CURRENT = "qualify row_number() over (partition by {key} order by extract_date desc) = 1"


def differences(economy, one: str, other: str) -> int:
    return economy.scalar(
        f"select count(*) from ((({one}) except ({other})) union all (({other}) except ({one})))"
    )


def test_every_record_in_a_file_is_in_the_truth_and_the_other_way_round(economy):
    sent = """
        select distinct 'gp' as source, sender, PatientGuid as record_id from Admin_Patient
        union select 'gp', sender, RowIdentifier from SRPatient
        union select 'acute', sender, LocalPatientIdentifier from APC
        union select 'acute', sender, LocalPatientIdentifier from OP
        union select 'acute', sender, LocalPatientIdentifier from ECDS
        union select 'community', sender, LocalPatientID from CYP001
        union select 'mental_health', sender, LocalPatientID from MHS001
        union select 'social_care', sender, "LA Person Unique Identifier" from CLD
        union select 'ambulance', sender, AmbulanceIncidentNumber || '-' || PatientSequence
        from AmbulanceIncident"""
    assert differences(economy, sent, "select source, sender, record_id from records") == 0


def test_a_record_is_one_person(economy):
    assert economy.scalar("select count(*) - count(distinct (source, sender, record_id)) from records") == 0
    unknown = "select source, sender, record_id from records anti join persons using (person_id)"
    assert differences(economy, unknown, "select source, sender, record_id from withheld_records") == 0
    assert economy.scalar("select count(*) from withheld_records anti join persons using (person_id)") == 0


def test_a_record_without_identity_is_to_be_linked_to_nobody(economy):
    shared = "select count(*) from withheld_records join records using (source, sender, record_id) where {}"
    assert economy.scalar(shared.format("true")) > 0
    mates = "records.person_id in (select person_id from records group by all having count(*) > 1)"
    assert economy.scalar(shared.format(mates)) == 0


@pytest.mark.parametrize(
    ("column", "attribute"), [("IsConfidential", "is_confidential"), ("SpineSensitive", "is_sensitive")]
)
def test_whoever_is_confidential_has_a_record_that_says_so(economy, column: str, attribute: str):
    sent = f"""
        select person_id from Admin_Patient join records
            on source = 'gp' and records.sender = Admin_Patient.sender and record_id = PatientGuid
        where {column} = 'true'"""
    true = f"select person_id from persons where {attribute}"
    assert economy.scalar(f"select count(*) from ({true})") > 0
    assert differences(economy, f"select distinct * from ({sent})", true) == 0


def test_current_spells_are_the_true_spells(economy):
    sent = f"""
        select OrganisationCodeCodeOfProvider, HospitalProviderSpellNumber,
            StartDateHospitalProviderSpell::date,
            DischargeDateFromHospitalProviderSpell::date, AdmissionMethodHospitalProviderSpell
        from (select * from APC {CURRENT.format(key="GeneratedRecordIdentifier")})
            where UpdateType = '9' and EpisodeNumber = '01'"""
    true = """
        select provider_code, spell_number, admitted_on, discharged_on, admission_method from true_spells
        where spell_id in (select spell_id from true_episodes where episode_number = 1
            and deleted_on is null)"""
    assert differences(economy, sent, true) == 0


def test_current_attendances_are_the_true_attendances(economy):
    sent = f"""
        select AttendanceUniqueIdentifier, EC_Department_Type, Arrival_Date::date + Arrival_Time::time,
            EC_Departure_Date::date + EC_Departure_Time::time
        from (select * from ECDS {CURRENT.format(key="AttendanceUniqueIdentifier")}) where UpdateType = '9'"""
    true = """
        select attendance_identifier, department_type, arrived_at, departed_at
            from true_attendances where deleted_on is null"""
    assert differences(economy, sent, true) == 0


def test_current_appointments_are_the_true_appointments(economy):
    sent = f"""
        select GeneratedRecordIdentifier, AppointmentDate::date, AttendedOrDidNotAttend
        from (select * from OP {CURRENT.format(key="GeneratedRecordIdentifier")}) where UpdateType = '9'"""
    true = """select appointment_identifier, appointment_on, attended from true_outpatients
        where deleted_on is null"""
    assert differences(economy, sent, true) == 0


def test_current_consultations_are_the_true_consultations(economy):
    sent = f"""
        select ConsultationGuid, EffectiveDate::date from (select * from CareRecord_Consultation
            {CURRENT.format(key="ConsultationGuid")}) where Deleted = 'false'
        union all
        select RowIdentifier, strptime(DateEvent, '%d %b %Y %H:%M:%S')::date from (select * from SREvent
            {CURRENT.format(key="RowIdentifier")}) where RemovedData = '0'"""
    true = """
        select consultation_identifier, consulted_on from true_consultations where not is_missed
            and deleted_on is null"""
    assert differences(economy, sent, true) == 0


def test_submitted_contacts_are_the_true_contacts(economy):
    sent = f"""
        select sender, CareContactID, Contact_Date::date from (select *
            from CYP201 {CURRENT.format(key="sender, CareContactID")})
        union all
        select sender, CareContactID, CareContDate::date from (select *
            from MHS201 {CURRENT.format(key="sender, CareContactID")})"""
    true = """
        select provider_code, contact_identifier, contact_on from true_community_contacts where is_submitted
        union all
        select provider_code, contact_identifier, contact_on from true_mental_health_contacts
            where is_submitted"""
    assert differences(economy, sent, true) == 0


def test_open_long_term_support_is_the_true_one(economy):
    newest = """select * from CLD qualify row_number() over (partition by sender,
        "Event Reference" order by extract_date desc) = 1"""
    sent = f"""
        select sender, "Event Reference", "Service Type", "Event Start Date"::date from ({newest})
        where "Event Type" = 'Service' and "Event End Date" is null and sender not in ('LA005', 'LA017')"""
    true = """
        select sender, event_reference, service_type, start_date from true_service_events
        where event_type = 'Service' and coalesce(end_date, '2099-01-01') > '2026-03-27'
            and start_date <= '2026-03-27'
            and sender not in ('LA005', 'LA017')"""
    assert differences(economy, sent, true) == 0


def test_registrations_on_tpp_are_the_true_ones(economy):
    sent = f"""
        select IDPatient, IDOrganisation, strptime(DateRegistration, '%d %b %Y %H:%M:%S')::date,
            strptime(DateDeRegistration, '%d %b %Y %H:%M:%S')::date
        from (select * from SRPatientRegistration {CURRENT.format(key="RowIdentifier")})"""
    true = "select record_id, practice_code, start_date, end_date from registrations where sender = 'YGT01'"
    assert differences(economy, sent, true) == 0

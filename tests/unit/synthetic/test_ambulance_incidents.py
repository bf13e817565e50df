"""Ambulance incidents of the synthetic economy lead to the attendances that came so, and to no other."""

from __future__ import annotations

LATEST = """(
    select * from AmbulanceIncident
    qualify row_number() over (partition by AmbulanceIncidentNumber order by extract_date desc) = 1
)"""


def test_an_incident_by_the_hospitals_number_is_the_same_persons_and_ends_when_they_arrive(economy):
    pairs = f"""
        select i.ArrivedAtHospitalDateTime::timestamp as reached,
            i.DestinationSiteCode = e.SiteCodeOfTreatment as is_there,
            e.Arrival_Date::date + e.Arrival_Time::time as arrived, t.person_id = a.person_id as is_same
        from {LATEST} as i
        join (select distinct on (AttendanceUniqueIdentifier) * from ECDS) as e
            using (AmbulanceIncidentNumber)
        join true_ambulance_incidents as t on t.incident_number = i.AmbulanceIncidentNumber
        join true_attendances as a on a.attendance_identifier = e.AttendanceUniqueIdentifier"""
    assert economy.scalar(f"select count(*) from ({pairs})") > 100
    wrong = "not is_there or not is_same or reached > arrived or arrived > reached + interval 10 minute"
    assert economy.scalar(f"select count(*) from ({pairs}) where {wrong}") == 0


def test_some_numbers_are_not_the_hospitals_and_some_hospitals_do_not_send(economy):
    led = "from true_ambulance_incidents where attendance_identifier is not null"
    assert economy.scalar(f"select count(*) {led} and not is_number_shared") > 0
    assert economy.scalar("select count(*) from true_ambulance_incidents where kind = 'out_of_area'") > 0
    told = "from AmbulanceIncident semi join ECDS using (AmbulanceIncidentNumber)"
    assert economy.scalar(f"select count(*) {told} where IncidentOutcome not like 'See and convey%'") == 0


def test_many_callers_are_nobody_known_and_say_nothing_that_tells(economy):
    nobody = """AmbulanceIncident join true_ambulance_incidents on incident_number = AmbulanceIncidentNumber
        where is_nobody"""
    assert economy.scalar(f"select count(*) from {nobody}") > 0
    told = "coalesce(NHSNumber, PersonGivenName, PersonFamilyName, DateOfBirth, Postcode) is not null"
    assert economy.scalar(f"select count(*) from {nobody} and {told}") == 0
    without = "avg((NHSNumber is null)::int) from AmbulanceIncident where IncidentOutcome = '{}'"
    heard, conveyed = (
        economy.scalar("select " + without.format(word))
        for word in ("Hear and treat", "See and convey to ED")
    )
    assert heard > conveyed > 0.05


def test_moments_follow_one_another(economy):
    moments = (
        "CallConnectDateTime", "ClockStartDateTime", "FirstArrivalAtSceneDateTime", "LeftSceneDateTime",
        "ArrivedAtHospitalDateTime", "HandoverDateTime", "IncidentClosedDateTime",
    )  # fmt: skip
    listed = ", ".join(f"{name}::timestamp" for name in moments)
    told = f"list_filter([{listed}], lambda m: m is not null)"
    assert economy.scalar(f"select count(*) from AmbulanceIncident where {told} <> list_sort({told})") == 0
    quick = (
        "median(date_diff('minute', ClockStartDateTime::timestamp, FirstArrivalAtSceneDateTime::timestamp))"
    )
    first, third = (
        economy.scalar(f"select {quick} from AmbulanceIncident where ResponseCategory = '{category}'")
        for category in ("C1", "C3")
    )
    assert first < 15 < third

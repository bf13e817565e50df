"""The truth itself is possible: order of events, one place at a time, nothing after death."""

from __future__ import annotations

import pytest

DATED = [
    ("true_spells", "admitted_on"),
    ("true_spells", "planned_discharge_on"),
    ("true_attendances", "arrived_at::date"),
    ("true_outpatients", "appointment_on"),
    ("true_consultations", "consulted_on"),
    ("true_community_contacts", "contact_on"),
    ("true_mental_health_contacts", "contact_on"),
    ("true_service_events", "start_date"),
    ("true_prescriptions", "issued_on"),
    ("true_conditions", "onset_date"),
    ("registrations", "start_date"),
]
"""Tables of what happened to people, and the day of each row."""


def test_death_comes_after_birth(economy):
    assert economy.scalar("select count(*) from persons where death_date < birth_date") == 0
    assert economy.scalar("select count(*) from persons where death_date is not null") > 10


@pytest.mark.parametrize(("table", "day"), DATED)
def test_nothing_happens_before_birth_or_after_death(economy, table, day):
    wrong = f"""select count(*) from {table} as e join persons using (person_id)
        where {day} > death_date or {day} < birth_date"""
    assert economy.scalar(wrong) == 0


def test_a_person_lies_in_one_hospital_bed_at_a_time(economy):
    overlapping = """
        select count(*) from true_spells as a join true_spells as b using (person_id)
        where a.spell_id <> b.spell_id and a.admitted_on < b.admitted_on
            and b.admitted_on < a.planned_discharge_on"""
    assert economy.scalar(overlapping) == 0


def test_a_death_in_hospital_is_that_persons_death(economy):
    wrong = """
        select count(*) from true_spells join persons using (person_id)
        where died_in_hospital and (death_date is null or planned_discharge_on <> death_date
            or discharge_method <> '4'
            or discharge_destination <> '79')"""
    assert economy.scalar(wrong) == 0
    assert economy.scalar("select count(*) from true_spells where died_in_hospital") > 0


def test_an_admitted_attendance_leads_to_a_spell_at_the_same_trust(economy):
    wrong = """
        select count(*) from true_attendances as a left join true_spells as s using (spell_id)
        where a.is_admitted and (s.spell_id is null or s.provider_code <> a.provider_code
            or s.person_id <> a.person_id
            or s.admitted_on not between a.arrived_at::date and a.departed_at::date)"""
    assert economy.scalar(wrong) == 0


def test_episodes_follow_each_other_from_admission_to_discharge(economy):
    wrong = """
        with chain as (
            select e.*, s.admitted_on, s.discharged_on, lag(ended_on) over of_spell as before,
                count(*) over (partition by spell_id) as n
            from true_episodes as e join true_spells as s using (spell_id)
            window of_spell as (partition by spell_id order by episode_number))
        select count(*) from chain where (episode_number = 1 and started_on <> admitted_on)
            or (episode_number > 1 and before <> started_on)
            or (is_last and ended_on is distinct from discharged_on)"""
    assert economy.scalar(wrong) == 0
    assert economy.scalar("select count(*) from true_episodes where episode_number > 1") > 0


def test_a_transfer_goes_on_in_another_trust_within_a_day(economy):
    pairs = """
        from true_spells as a join true_spells as b on b.inpatient_group_id = a.inpatient_group_id
            and b.spell_id > a.spell_id"""
    assert economy.scalar(f"select count(*) {pairs}") > 0
    wrong = f"""select count(*) {pairs} where a.provider_code = b.provider_code
        or a.discharge_destination <> '51'
        or b.source_of_admission <> '51' or b.admitted_on - a.planned_discharge_on not in (0, 1)"""
    assert economy.scalar(wrong) == 0


def test_reablement_follows_a_discharge_of_an_older_person(economy):
    count = "select count(*) from true_service_events where service_type = 'Short Term Support: ST-Max'"
    assert economy.scalar(count) > 0
    without = f"""{count} and not exists (
        from true_spells as s where s.person_id = true_service_events.person_id
            and true_service_events.start_date - s.planned_discharge_on between -1 and 3)"""
    assert economy.scalar(without) == 0


def test_a_hip_fracture_is_a_fall_with_its_external_cause(economy):
    assert (
        economy.scalar("""select count(*) from true_spells where is_emergency
            and primary_icd10 in ('S720', 'S721')
        and coalesce(left(external_cause_icd10, 1), '') <> 'W'""")
        == 0
    )


def test_registrations_of_a_person_do_not_overlap(economy):
    overlapping = """
        select count(*) from registrations as a join registrations as b using (person_id)
        where a.start_date < b.start_date and coalesce(a.end_date, '2099-01-01') > b.start_date"""
    assert economy.scalar(overlapping) == 0
    assert (
        economy.scalar(
            "select count(*) from (select 1 from registrations group by person_id having count(*) > 1)"
        )
        > 10
    )


def test_twins_share_birth_and_home(economy):
    twins = "from persons as a join persons as b on a.twin_of = b.person_id"
    assert economy.scalar(f"select count(*) {twins}") > 0
    assert (
        economy.scalar(f"""select count(*) {twins} where a.birth_date <> b.birth_date
        or a.household_id <> b.household_id or a.given_name = b.given_name""")
        == 0
    )

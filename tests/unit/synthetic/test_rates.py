"""Totals lie where North West London's do, in broad bands: a slip of a factor two is found."""

from __future__ import annotations

import pytest

YEAR = "between '2025-04-01' and '2026-03-31'"
SPELLS = "select count(*) / 3.0 from true_spells where admitted_on " + YEAR
BANDS = {
    "share of 65 and over": ("select avg((birth_date < '1961-03-31')::integer) from persons", 0.10, 0.17),
    "share under 18": ("select avg((birth_date > '2008-03-31')::integer) from persons", 0.17, 0.29),
    "deaths a 1,000 and year": ("select count(death_date) / 2.0 / 3 from persons", 3, 9),
    "emergency spells a 1,000": (f"{SPELLS} and is_emergency", 75, 150),
    "day cases a 1,000": (f"{SPELLS} and patient_classification = '2'", 50, 170),
    "attendances a 1,000": (
        f"select count(*) / 3.0 from true_attendances where arrived_at {YEAR}", 290, 470),
    "consultations a person": (
        f"""select count(*) / 3000.0 from true_consultations
        where not is_missed and consulted_on {YEAR}""", 3.5, 6.5),
    "outpatients seen a person": (
        f"""select count(*) / 3000.0 from true_outpatients
        where attended in ('5', '6') and appointment_on {YEAR}""", 1.0, 2.2),
    "outpatients missed": (
        """select avg((attended in ('3', '7'))::integer) from true_outpatients
        where attended in ('3', '5', '6', '7')""", 0.05, 0.12),
    "community contacts a person": (
        f"select count(*) / 3000.0 from true_community_contacts where contact_on {YEAR}", 0.5, 2.2),
    "mental health contacts a person": (
        f"select count(*) / 3000.0 from true_mental_health_contacts where contact_on {YEAR}", 0.15, 0.7),
    "national objections": ("select avg(has_national_opt_out::integer) from persons", 0.035, 0.075),
    "Type 1 objections": ("select avg(has_type_1_objection::integer) from persons", 0.01, 0.04),
    "nights of an emergency spell": (
        "select avg(discharged_on - admitted_on) from true_spells where is_emergency", 2.0, 6.5),
    "over four hours": (
        "select avg((departed_at - arrived_at > interval 4 hours)::integer) from true_attendances",
        0.15, 0.45),
    "ready date of overnight adults": (
        """select avg((discharge_ready_on is not null)::integer)
        from true_spells join persons using (person_id)
        where discharged_on > admitted_on and patient_classification = '1' and not died_in_hospital
            and birth_date < '2005-01-01' and admission_method not in ('31', '32')""", 0.85, 0.99),
}  # fmt: skip


@pytest.mark.parametrize("what", BANDS)
def test_rate_is_in_its_band(economy, what):
    query, low, high = BANDS[what]
    assert low < float(economy.scalar(query)) < high


def test_ethnic_mix_differs_by_borough(economy):
    def asian(borough):
        return economy.scalar(f"""select avg((ethnic_category in ('H', 'J', 'K', 'L', 'R'))::integer)
            from persons where local_authority_code = '{borough}'""")

    assert asian("E09000015") > 1.7 * asian("E09000013")  # Harrow, Hammersmith and Fulham


def test_older_people_have_more_conditions(economy):
    def mean(born):
        return economy.scalar(f"""select count(condition_id) / count(distinct persons.person_id)
            from persons left join true_conditions using (person_id) where birth_date {born}""")

    assert mean("< '1951-01-01'") > 4 * mean("> '1990-01-01'")

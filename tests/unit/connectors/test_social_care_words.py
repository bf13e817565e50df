"""The words of the CLD specification: declared, harmless, and read the same by declaration and mapping."""

from __future__ import annotations

import csv
import re
from importlib import resources

import pytest

from connectors.declare import Severity
from connectors.register import DOMAINS
from connectors.social_care.cld import CLD
from connectors.social_care.cld.words import listed
from tests.mapping_harness import map_rows

DOMAIN_OF = {
    "Client Type": "client_type",
    "Primary Support Reason": "primary_support_reason",
    "Accommodation Status": "accommodation_status",
    "Client Funding Status": "funding_status",
    "Event Outcome": "event_outcome",
    "Request: Route of Access": "route_of_access",
    "Assessment Type": "assessment_type",
    "Service Type": "service_type",
    "Service Component": "service_component",
    "Delivery Mechanism": "delivery_mechanism",
    "Cost Frequency (Unit Type)": "cost_frequency",
}
LISTED = {column.name: column for column in CLD.columns if column.values}


def test_every_list_is_of_a_declared_column() -> None:
    text = resources.files("connectors.social_care").joinpath("words.csv").read_text(encoding="utf-8")
    assert {row["column_name"] for row in csv.DictReader(text.splitlines())} == set(LISTED)


def test_a_column_without_a_list_is_an_error() -> None:
    with pytest.raises(ValueError, match="no words for Postcode"):
        listed("Postcode")


def test_every_list_but_the_event_type_has_its_domain() -> None:
    """The event type decides the resource and does not leave as a word."""
    assert set(DOMAIN_OF) == set(LISTED) - {"Event Type"}


@pytest.mark.parametrize("name", DOMAIN_OF)
def test_words_may_leave(name: str) -> None:
    """The mapping writes en dashes as hyphens; nothing else may fall outside the register's domain."""
    words = re.compile(DOMAINS[DOMAIN_OF[name]] or "")
    assert not [word for word in LISTED[name].values if not words.fullmatch(word.replace("–", "-"))]


@pytest.mark.parametrize(
    "name",
    ["Client Type", "Event Type", "Service Type", "Service Component", "Delivery Mechanism", "Event Outcome"],
)
def test_a_word_outside_a_certain_list_refuses_the_row(name: str) -> None:
    assert LISTED[name].on_unknown is Severity.ROW


ETHNICITIES = {
    "White: English, Welsh, Scottish, Northern Irish or British": "A",
    "White - Irish": "B",
    "White: Gypsy or Irish Traveller": "C",
    "Any other White background": "C",
    "Mixed: White and Black Caribbean": "D",
    "White & Black African": "E",
    "Mixed / multiple ethnic groups: White and Asian": "F",
    "Any other Mixed background": "G",
    "Asian / Asian British: Indian": "H",
    "Pakistani": "J",
    "Asian or Asian British - Bangladeshi": "K",
    "Asian / Asian British: Any other Asian background": "L",
    "Black or Black British: Caribbean": "M",
    "Black / African / Caribbean / Black British: African": "N",
    "Black / African / Caribbean / Black British: Caribbean": "M",
    "Black / African / Caribbean / Black British: Any other Black background": "P",
    "Asian / Asian British: Chinese": "R",
    "Other ethnic group: Arab": "S",
    "Any other ethnic group": "S",
    "No data - Refused": "Z",
    "No data - Undeclared or Not known": "99",
    "n": "N",
    "99": "99",
}


def test_ethnicity_in_words_becomes_the_letter_of_2001() -> None:
    rows = [
        {
            "LA Code": "304",
            "LA Person Unique Identifier": sent,
            "Client Type": "Service User",
            "Event Type": "Review",
            "Event Start Date": "2026-01-01",
            "Ethnicity": sent,
        }
        for sent in ETHNICITIES
    ]
    found = {
        patient["_record_id"]: extension["valueCodeableConcept"]["coding"][0]["code"]
        for patient in map_rows("social_care", "cld", {"CLD": rows}, only=("Patient",))["Patient"]
        for extension in patient["extension"]
        if extension["url"].endswith("UKCore-EthnicCategory")
    }
    assert found == ETHNICITIES

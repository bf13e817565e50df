"""A name, a number or a postcode typed into any coded field does not leave."""

from __future__ import annotations

import re

import duckdb
import pytest

from connectors.declare import Handling
from connectors.register import DOMAINS, entities
from connectors.register.lists import LISTS

TYPED = (
    "Smith", "SMITH", "smith", "O'Neill", "Anne-Marie", "Lee", "LEE", "Jo", "Joan Bloggs", "9990000018",
    "999 000 0018", "W1 1AA", "07700900123", "joan@sender.example", "1980-02-03",
)  # fmt: skip
TEXTS = [
    (entity.name, column.name, column.domain)
    for entity in entities().values()
    for column in entity.columns
    if column.type == "VARCHAR" and column.handling is not Handling.PSEUDONYMISE
]


@pytest.mark.parametrize("domain", sorted({domain for *_, domain in TEXTS} - {"unit", "dose_unit"}))
@pytest.mark.parametrize("typed", TYPED)
def test_what_a_person_types_is_outside_the_domain(domain: str, typed: str) -> None:
    pattern = DOMAINS[domain]
    assert pattern is not None
    assert not re.search(pattern, typed)


def test_every_text_that_leaves_has_a_pattern() -> None:
    assert len(TEXTS) > 80
    assert [where for where in TEXTS if DOMAINS[where[2]] is None] == []


def test_a_list_lets_its_own_words_through_in_the_engine_too() -> None:
    from connectors.register.lists import _WORDS

    with duckdb.connect() as connection:
        refused = [
            (name, word)
            for name, words in _WORDS.items()
            for word in words
            if connection.execute("select regexp_matches(?, ?)", [word, LISTS[name]]).fetchone() != (True,)
        ]
    assert refused == []


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("clinical_code", "195967001"), ("clinical_code", "1005671000000105"),
        ("clinical_code", "I219"), ("clinical_code", "I21.9"),
        ("clinical_code", "X559"), ("snomed", "306689006"),
        ("ods", "RYJ"), ("ods", "E84001"),
        ("ods", "RYJ01"), ("ods", "YGM01"),
        ("ods", "LA005"), ("ods", "13T"),
        ("ods", "101"), ("hrg", "VB09Z"),
        ("specialty", "300"), ("short_code", "A02"),
        ("short_code", "51"), ("short_code", "012"),
        ("short_code", "A1"), ("discharge_destination", "19"),
        ("discharge_destination", "306706006"), ("cancellation_reason", "pat-dec"),
        ("cancellation_reason", "01"), ("event_outcome", "Provision of service"),
    ],
)  # fmt: skip
def test_codes_as_senders_write_them_leave(domain: str, code: str) -> None:
    assert re.search(str(DOMAINS[domain]), code)

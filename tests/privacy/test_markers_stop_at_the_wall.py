"""A whole night on marked extracts: nothing that identifies is found behind the identity zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from connectors.registry import SOURCES
from tests.markers import MARKER, values_after_the_wall

SHAPE_OF_NUMBER = re.compile(r"(?<![0-9a-f])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?![0-9a-f])")
SHAPE_OF_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b")


@pytest.fixture(scope="module")
def behind_the_wall(small_night) -> list[tuple[str, str]]:
    return [*values_after_the_wall(small_night.home), ("what the run said", small_night.said)]


def truth(extracts: Path, column: str) -> set[str]:
    found = duckdb.sql(
        f"select distinct {column}::varchar from '{extracts}/truth/persons.parquet'"
    ).fetchall()
    return {value for (value,) in found if value}


def places(behind: Iterable[tuple[str, str]], word: str) -> list[str]:
    return sorted({where for where, text in behind if word.casefold() in text.casefold()})


def test_the_markers_arrived(small_night) -> None:
    """Or their absence elsewhere would prove nothing: every file that is about people carries some."""
    received = small_night.home / "landing" / "received"
    files = [file for source in SOURCES.values() for form in source.formats for file in form.files]
    without = [
        file.name
        for file in files
        if not file.supporting
        and not any(MARKER in path.read_text(encoding="utf-8-sig") for path in received.rglob(file.name))
    ]
    assert len(files) > 40
    assert without == []


def test_the_search_sees_every_zone(behind_the_wall: list[tuple[str, str]]) -> None:
    zones = {where.split("/")[0] for where, _ in behind_the_wall}
    assert {"pseudonymised", "warehouse", "published", "audit"} <= zones
    assert places(behind_the_wall, "person_key")


def test_no_marker_is_found(behind_the_wall: list[tuple[str, str]]) -> None:
    assert places(behind_the_wall, MARKER) == []


def test_no_nhs_number_is_found(small_night, behind_the_wall: list[tuple[str, str]]) -> None:
    numbers = truth(small_night.extracts, "nhs_number")
    found = {
        where
        for where, text in behind_the_wall
        for match in SHAPE_OF_NUMBER.finditer(text)
        if "".join(match.groups()) in numbers
    }
    assert len(numbers) >= 300
    assert found == set()


def test_no_postcode_is_found(small_night, behind_the_wall: list[tuple[str, str]]) -> None:
    listed = duckdb.read_csv(str(small_night.extracts / "reference" / "postcodes.csv"), all_varchar=True)
    postcodes = {row[0].replace(" ", "") for row in listed.select("postcode").fetchall()}
    found = {
        where
        for where, text in behind_the_wall
        for match in SHAPE_OF_POSTCODE.finditer(text)
        if "".join(match.groups()) in postcodes
    }
    assert len(postcodes) > 50
    assert found == set()


def test_no_column_holds_whole_birth_dates(small_night) -> None:
    """Birth dates are too common as dates to be searched for: in a column of them they would all be found."""
    births = truth(small_night.extracts, "birth_date")
    days = {birth for birth in births if not birth.endswith("-01")}
    early = {day for day in days if day < "2000-01-01"}
    found = {
        where
        for where, text in values_after_the_wall(small_night.home)
        if len(early.intersection(text.splitlines())) > len(early) / 10
    }
    assert len(early) > 100
    assert found == set()


def test_no_name_is_found_as_a_value(small_night, behind_the_wall: list[tuple[str, str]]) -> None:
    columns = {
        row[0]
        for row in duckdb.sql(f"describe from '{small_night.extracts}/truth/persons.parquet'").fetchall()
    }
    family = next(name for name in ("family_name", "surname", "family") if name in columns)
    names = {name.casefold() for name in truth(small_night.extracts, family) if len(name) > 3}
    names -= {"white", "black"}  # also ethnic groups
    found = {
        (where, len(names.intersection(text.casefold().splitlines())))
        for where, text in behind_the_wall
        if names.intersection(text.casefold().splitlines())
    }
    assert len(names) > 50
    assert found == set()

"""What observations may be measured in: whole units of a list, never letters that follow one another."""

import csv
from pathlib import Path

import duckdb
import pytest

from connectors import gp
from connectors.register import DOMAINS
from synthetic.rates import community

UNITS = (
    "%", "kg", "cm", "mm[Hg]", "mmHg", "mm Hg", "kPa", "kg/m2", "kg/m^2", "kg/m²", "mmol/L", "mmol/mol",
    "umol/L", "µmol/L", "ug/L", "mg/mmol", "mL/min/{1.73_m2}", "ml/min/1.73m2", "ml/min/1.73 m²", "L/min",
    "10*9/L", "10^9/L", "/min", "beats/min", "bpm", "[IU]/L", "m[IU]/L", "iu/L", "U/L", "fL", "pg", "g/L",
    "mg/kg/d", "g/24h", "mm/h", "a", "wk", "years", "{units}/wk", "{cigarettes}/d", "{score}", "score",
    "ratio", "{INR}", "Cel", "mosm/kg", "/[HPF]",
)  # fmt: skip
LETTERS = (
    "a a", "a a a a", "m a d", "d a d", "s.a.m", "a.d.a.m", "m/a/l", "a/d/a/m", "g/L/a", "mad", "min a d",
)  # fmt: skip
NOT_UNITS = (
    "", " ", "/", "%%", "kg ", " kg", "kg\n", "10*9", "/min/min/min", "{score}{score}", "day units score",
    "Sam", "mr", "Smith/L", "kg/Smith", "{Smith}", "units Smith", "9990000018", "1950-06-01", "SW1A 1AA",
)  # fmt: skip


def passes(value: str) -> bool:
    """As the pseudonymising step asks it."""
    found = duckdb.execute("select regexp_matches(?, ?)", [value, DOMAINS["unit"]]).fetchone()
    return bool(found and found[0])


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_passes(unit: str) -> None:
    assert passes(unit)


@pytest.mark.parametrize("text", LETTERS)
def test_letters_that_are_units_one_by_one_are_none_together(text: str) -> None:
    assert not passes(text)


@pytest.mark.parametrize("text", NOT_UNITS)
def test_what_is_no_unit_is_refused(text: str) -> None:
    assert not passes(text)


def test_every_unit_that_the_feeds_are_translated_to_or_send_passes() -> None:
    with Path(gp.__file__).with_name("units.csv").open(encoding="utf-8", newline="") as file:
        translated = {row["ucum"] for row in csv.DictReader(file)}
    sent = {unit for *_, unit in community.ACTIVITIES if unit}
    assert len(translated) > 20
    assert not [unit for unit in translated | sent if not passes(unit)]

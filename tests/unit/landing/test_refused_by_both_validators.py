"""What ``fhir.resources`` and a second validator both refuse is quarantined, with a path and a reason.

The second validator's verdicts are kept beside the cases; where it is installed they are asked for anew.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date

import duckdb
import pytest

from connectors.fhir import shapes
from pipeline.landing import Feed, land_feed, list_quarantine
from pipeline.landing.rule_words import FILE_RULES, meaning, words_of
from pipeline.ledger import Ledger
from pipeline.run import open_ledger
from pipeline.settings import Settings
from tests.fhir_validator import installed
from tests.fhir_validator.cases import MARKER, Case, cases, sound
from tests.fhir_validator.verdicts import kept, of_model

CASES, DAY = cases(), date(2026, 3, 31)
BY_MODEL = {case.name: of_model(case.resource_type, case.resource) for case in CASES}
BOTH = [case for case in CASES if BY_MODEL[case.name] and kept()[case.name]]
# Codes outside a required value set: neither validator knows the sets.
OURS_ALONE = ("Patient.gender#2", "Encounter.status#2", "Observation.status#3", "Appointment.status#1")
installed_only = pytest.mark.skipif(
    not installed.is_installed(), reason="NOT PROVED HERE: run `make fhir-validator` first"
)


@dataclass(frozen=True)
class Landed:
    """The ledger behind the cases, and (resource type, row) -> (rule, path) of what was refused."""

    ledger: Ledger
    refused: dict[tuple[str, int], set[tuple[str, str]]]

    def of(self, case: Case) -> set[tuple[str, str]]:
        own = [one for one in CASES if one.resource_type == case.resource_type]
        return self.refused.get((case.resource_type, own.index(case) + 2), set())


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    """One file a type: a sound record first, then each case."""
    root = tmp_path_factory.mktemp("damaged")
    settings = Settings(home=root / "home", file_refused_above=1.0)
    ledger, feed = open_ledger(settings), Feed("acute", "X04")
    folder = root / "extracts/acute/X04" / DAY.isoformat()
    folder.mkdir(parents=True)
    for resource_type in shapes.RESOURCE_TYPES:
        own = [case.resource for case in CASES if case.resource_type == resource_type]
        lines = [json.dumps(one) + "\n" for one in (sound(resource_type), *own)]
        (folder / f"{resource_type}.ndjson").write_text("".join(lines), encoding="utf-8")
    land_feed(settings, ledger, run_id="r", feed=feed, extracts=root / "extracts", as_of=DAY)
    names = {row["file_id"]: row["file_name"].split(".")[0] for row in ledger.query("select * from file")}
    refused: dict[tuple[str, int], set[tuple[str, str]]] = {}
    for path in (settings.home / "quarantine").rglob("*.parquet"):
        rows = duckdb.execute(
            "select _row, rule_id, column_name from read_parquet(?)", [str(path)]
        ).fetchall()
        for row, rule, column in rows:
            refused.setdefault((names[path.stem], row), set()).add((rule, column))
    return Landed(ledger, refused)


def test_there_are_enough_cases_that_both_refuse() -> None:
    assert len(BOTH) >= 60
    assert {case.resource_type for case in BOTH} == set(shapes.RESOURCE_TYPES)
    assert kept().keys() == {case.name for case in CASES}


def test_a_sound_record_of_every_type_lands(landed: Landed) -> None:
    assert [
        resource_type for resource_type in shapes.RESOURCE_TYPES if (resource_type, 1) in landed.refused
    ] == []
    assert [kind for kind in shapes.RESOURCE_TYPES if of_model(kind, sound(kind))] == []


@pytest.mark.parametrize("case", BOTH, ids=lambda case: case.name)
def test_what_both_refuse_is_quarantined_where_the_fault_is(landed: Landed, case: Case) -> None:
    found = landed.of(case)
    place = "$." + re.sub(r"\.[0-9]+", "", case.place)
    near = [
        rule for rule, path in found if _is_near(path, place) or rule in ("several_choices", "malformed_json")
    ]
    assert near, found
    words = words_of("acute", "fhir", f"{case.resource_type}.ndjson")
    for rule, path in found:
        said = meaning(words, rule, path)
        assert said != rule.replace("_", " ") or rule in FILE_RULES, rule
        assert re.fullmatch(r"\$(\.[A-Za-z_(][A-Za-z)\[\]*]*)*", path), path


def _is_near(path: str, place: str) -> bool:
    """At the place, above it or below; a name that is none of FHIR's is not repeated."""
    one, other = path.replace("(other)", place.rsplit(".", 1)[1]), place
    return one == other or other.startswith(f"{one}.") or one.startswith(f"{other}.") or one == "$"


@pytest.mark.parametrize("name", OURS_ALONE)
def test_a_code_outside_its_set_is_refused_though_neither_validator_does(landed: Landed, name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    assert not BY_MODEL[name]
    assert not kept()[name]
    assert ("unknown_code", f"$.{case.place}") in landed.of(case)


def test_no_report_repeats_what_a_record_says(landed: Landed) -> None:
    told = json.dumps(
        [
            list_quarantine(landed.ledger),
            landed.ledger.query("select * from file_rule"),
            landed.ledger.query("select * from file"),
            landed.ledger.query("select * from extension"),
        ],
        default=str,
    )
    assert not [word for word in MARKER.split() if word in told]


@installed_only
def test_the_kept_verdicts_are_those_of_the_validator() -> None:
    assert installed.verdicts({case.name: case.resource for case in CASES}) == kept()


@installed_only
def test_the_second_validator_takes_every_sound_record() -> None:
    said = installed.verdicts({kind: sound(kind) for kind in shapes.RESOURCE_TYPES})
    assert {kind: issues for kind, issues in said.items() if issues} == {}


@installed_only
def test_the_definitions_are_those_that_hl7_published() -> None:
    from connectors.fhir import definitions
    from tests.fhir_validator.definitions import table

    assert definitions.TABLE.read_text("utf-8") == table()

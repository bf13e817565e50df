"""The step that decides forgets one reason: the gate, which works it out again, finds whom it let in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import ChecksRefusedError
from pipeline.identity import decide_subjects, objections_gate
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.objections.subjects import Subjects
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number, observation, practice, security
from tests.objection_house import ACUTE, DISSENT, GP, SNOMED_RESTRICTED, House

PRODUCT = "secondary_use"
# Reason -> the record of somebody (or the row) that stays out for it.
PEOPLE = {
    "type_1_objection": "p2",
    "national_opt_out": "p3",
    "confidential": "p4",
    "practice_not_sharing": "p5",
    "consent_withdrawn": "p6",
    "deleted": "p7",
    "opt_out_not_checkable": "nobody",
}
RECORDS = {"test_patient": ("Patient", "p-test", ACUTE)}
ROWS = {
    "confidential": ("Observation", "o-secret", GP),
    "legally_restricted": ("Observation", "o-restricted", GP),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Person 1 is in, with a confidential and a restricted entry, and a test record at a hospital."""
    economy = Economy(tmp_path_factory.mktemp("decision") / "home")
    house = House(economy)
    for number in range(1, 8):
        more = {4: {"marks": ("R",)}, 5: {"practice": "E00005"}}.get(number, {})
        house.person(**more)
    economy.person("nobody", None, **GP)
    economy.person("test", house.number("p1"), marks=("HTEST",), **ACUTE)
    economy.add("Observation", observation("t1", DISSENT), "p2", **GP)
    economy.add("Observation", {**observation("secret", "271649006"), "meta": security("R")}, "p1", **GP)
    economy.add("Observation", observation("restricted", SNOMED_RESTRICTED), "p1", **GP)
    economy.add("Organization", practice("E00005", sharing=False), None, source="gp", sender="YGX09")
    for act, record_id in (("consent_withdrawn", "p6"), ("deleted", "p7")):
        decide_subjects(
            economy.settings, economy.ledger, act=act, author="IG lead", reason="asked for by letter",
            subjects=Subjects((house.number(record_id),), ()),
        )  # fmt: skip
    house.night(PRODUCT, allowed=tuple(nhs_number(n) for n in (1, 2, 4, 5, 6, 7)))
    return house


def key_of(house: House, message: str, product: str = PRODUCT) -> str:
    keys = load_keys(house.economy.settings)
    with (
        open_vault(house.economy.settings, keys, read_only=True) as connection,
        keyed(connection, keys.key(f"product:{product}")),
    ):
        found = connection.execute("select keyed_hash(?)", [message]).fetchone()
    assert found is not None
    return str(found[0])


def person_key(house: House, record_id: str, product: str = PRODUCT) -> str:
    keys = load_keys(house.economy.settings)
    with open_vault(house.economy.settings, keys, read_only=True) as connection:
        found = connection.execute(
            "select person_id from vault.record where record_id = ?", [record_id]
        ).fetchone()
    assert found is not None
    return key_of(house, f"person|v1|{found[0]}", product)


def decided(house: House, subject: str) -> Path:
    return house.economy.home / "identity" / "eligibility" / f"{PRODUCT}_{subject}s.parquet"


@pytest.fixture
def forget(house: House) -> Iterator[object]:
    """Rewrites the night's decision as one that never heard of a reason; puts it right afterwards."""
    kept = {subject: decided(house, subject).read_bytes() for subject in ("record", "row")}

    def rewrite(reason: str) -> None:
        with duckdb.connect() as connection:
            for subject, query in (
                ("record", "select * replace (if(reason = ?, null, reason) as reason) from t"),
                ("row", "select * from t where reason <> ?"),
            ):
                connection.execute(f"create or replace table t as from '{decided(house, subject)}'")
                connection.execute("create or replace table f as " + query, [reason])
                connection.execute(f"copy f to '{decided(house, subject)}' (format parquet)")

    yield rewrite
    for subject, content in kept.items():
        decided(house, subject).write_bytes(content)


def product(path: Path, **columns: str) -> Path:
    """A product with one table of one row, of columns given as SQL."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.person as select "
            + ", ".join(f"{value} as {name}" for name, value in columns.items())
        )
    return path


def look(house: House, place: Path) -> tuple[int, int]:
    economy = house.economy
    found = objections_gate(
        economy.settings, economy.ledger, run_id="r1", product=PRODUCT, stage="version", place=place,
        as_of=AS_OF,
    )  # fmt: skip
    return found.people, found.rows


def test_the_night_decided_each_of_them_for_that_reason(house: House) -> None:
    reasons = house.reasons(PRODUCT)
    assert {reason: reasons[record_id] for reason, record_id in PEOPLE.items()} == {r: r for r in PEOPLE}
    assert reasons["test"] == "test_patient" and reasons["p1"] is None
    assert house.out_afresh(PRODUCT) == {record_id for record_id, reason in reasons.items() if reason}


@pytest.mark.parametrize("reason", PEOPLE)
def test_a_person_let_in_by_the_decision_is_found(
    reason: str, house: House, forget: object, tmp_path: Path
) -> None:
    forget(reason)  # type: ignore[operator]
    place = product(tmp_path / "a.duckdb", person_key=f"'{person_key(house, PEOPLE[reason])}'")
    with pytest.raises(ChecksRefusedError, match="1 people and 0 rows"):
        look(house, place)


@pytest.mark.parametrize(("reason", "row"), [*RECORDS.items(), *ROWS.items()])
def test_a_row_let_in_by_the_decision_is_found(
    reason: str, row: tuple[str, str, dict[str, str]], house: House, forget: object, tmp_path: Path
) -> None:
    forget(reason)  # type: ignore[operator]
    kind, key, where = row
    own = key_of(house, f"record|v1|{where['source']}|{where['sender']}|{kind}/{key}")
    place = product(tmp_path / "a.duckdb", person_key=f"'{person_key(house, 'p1')}'", activity_key=f"'{own}'")
    with pytest.raises(ChecksRefusedError, match="0 people and 1 rows"):
        look(house, place)


def test_a_key_of_another_product_is_found_in_whatever_column_it_stands(house: House, tmp_path: Path) -> None:
    own, elsewhere = (f"'{person_key(house, 'p1', of)}'" for of in (PRODUCT, "direct_care"))
    place = product(tmp_path / "a.duckdb", person_key=own, registration_key=elsewhere)
    with pytest.raises(ChecksRefusedError, match="1 people and 0 rows"):
        look(house, place)


def test_a_key_of_somebody_who_is_in_may_stand_anywhere(house: House, tmp_path: Path) -> None:
    own = f"'{person_key(house, 'p1')}'"
    assert look(house, product(tmp_path / "a.duckdb", person_key=own, told_of=own)) == (0, 0)

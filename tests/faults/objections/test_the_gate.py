"""Somebody who may not be in a product is put back after each stage: the gate finds them, and refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.register import entities
from pipeline.errors import ChecksRefusedError
from pipeline.gate_words import OBJECTION_STAGES as STAGES
from pipeline.identity import decide_subjects, objections_gate, read_subjects
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.pseudonymise.projection import statements
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.run import steps
from tests.identity_economy import AS_OF, Economy, nhs_number, observation, security
from tests.objection_house import ACUTE, DISSENT, GP, House

PRODUCT = "secondary_use"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Person 1 is in; 2 has opted out, 3 has a Type 1 objection, 4 no number, 5 is confidential; 6 is in."""
    economy = Economy(tmp_path_factory.mktemp("gate") / "home")
    house = House(economy)
    for _ in range(3):
        house.person()
    economy.add("Observation", observation("t1", DISSENT), "p3", **GP)
    house.people += 1
    economy.person("p4", None, **GP)
    house.person(marks=("R",))
    house.person()
    economy.add("Observation", {**observation("secret", "271649006"), "meta": security("R")}, "p6", **GP)
    economy.person("test", house.number("p6"), marks=("HTEST",), **ACUTE)
    house.night(PRODUCT, allowed=tuple(nhs_number(n) for n in (1, 3, 5, 6)))
    return house


def keys_of(house: House) -> dict[str, str]:
    """Record id -> the key that its person would have in the product."""
    economy = house.economy
    keys = load_keys(economy.settings)
    with (
        open_vault(economy.settings, keys, read_only=True) as connection,
        keyed(connection, keys.key(f"product:{PRODUCT}")),
    ):
        return dict(
            connection.execute(
                "select record_id, keyed_hash('person|v1|' || person_id) from vault.record"
            ).fetchall()
        )


def row_key(house: House, kind: str, key: str, source: str, sender: str) -> str:
    keys = load_keys(house.economy.settings)
    with (
        open_vault(house.economy.settings, keys, read_only=True) as connection,
        keyed(connection, keys.key(f"product:{PRODUCT}")),
    ):
        found = connection.execute(
            f"select keyed_hash('record|v1|{source}|{sender}|{kind}/{key}')"
        ).fetchone()
    assert found is not None
    return str(found[0])


def look(house: House, place: Path, stage: str = "warehouse", run_id: str = "r1") -> Any:
    economy = house.economy
    return objections_gate(
        economy.settings, economy.ledger, run_id=run_id, product=PRODUCT, stage=stage, place=place,
        as_of=AS_OF,
    )  # fmt: skip


def database(path: Path, **columns: list[str]) -> Path:
    """A product with one table in a schema of its own, one column a keyword."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema wsic")
        listed = ", ".join(f"unnest({values!r}::varchar[]) as {name}" for name, values in columns.items())
        connection.execute(f"create table wsic.care_timeline as select {listed}")
    return path


def rules(house: House) -> dict[str, tuple[int, int]]:
    rows = house.economy.ledger.query(
        "select rule_id, rows_failed, is_passed from rule_result where suite = 'objections'"
    )
    return {row["rule_id"]: (row["rows_failed"], row["is_passed"]) for row in rows}


def test_what_was_pseudonymised_passes_and_says_so(house: House) -> None:
    folder = house.economy.home / "pseudonymised" / PRODUCT
    looked = look(house, folder, "pseudonymised")
    assert (looked.people, looked.rows) == (0, 0)
    assert looked.keys > 2
    assert rules(house) == {"pseudonymised_people": (0, 1), "pseudonymised_rows": (0, 1)}


PUT_BACK = ("p2", "p3", "p4", "p5")


@pytest.mark.parametrize("who", PUT_BACK)
def test_a_person_put_back_into_any_table_is_found(house: House, tmp_path: Path, who: str) -> None:
    """In a Parquet file of the pseudonymised zone (one in eleven, of every source), in a table of the
    warehouse, in a version."""
    keys = keys_of(house)
    folder = house.economy.home / "pseudonymised" / PRODUCT
    held = [path for path in sorted(folder.glob("*.parquet")) if "person_key" in columns_of(path)]
    for path in held[PUT_BACK.index(who) :: 11]:
        original = path.read_bytes()
        with duckdb.connect() as connection:
            connection.execute(f"create table t as from '{path}'")
            connection.execute("insert into t (person_key) values (?)", [keys[who]])
            connection.execute(f"copy t to '{path}' (format parquet)")
        with pytest.raises(ChecksRefusedError, match="1 people and 0 rows"):
            look(house, folder, "pseudonymised")
        path.write_bytes(original)
    for stage in STAGES[1:]:
        with pytest.raises(ChecksRefusedError, match="1 people and 0 rows") as refused:
            look(house, database(tmp_path / f"{stage}.duckdb", person_key=[keys["p1"], keys[who]]), stage)
        assert keys[who] not in str(refused.value)
        assert rules(house)[f"{stage}_people"] == (1, 0)


def columns_of(path: Path) -> list[str]:
    return [name for name, *_ in duckdb.sql(f"describe from '{path}'").fetchall()]


def test_rows_that_stay_out_are_found_by_their_own_keys(house: House, tmp_path: Path) -> None:
    keys = keys_of(house)
    for number, (kind, key, where) in enumerate(
        [("Observation", "o-secret", GP), ("Patient", "p-test", ACUTE)]
    ):
        secret = row_key(house, kind, key, where["source"], where["sender"])
        place = database(tmp_path / f"{number}.duckdb", activity_key=[secret], person_key=[keys["p6"]])
        with pytest.raises(ChecksRefusedError, match="0 people and 1 rows"):
            look(house, place)
    own = row_key(house, "Patient", "p-p6", "gp", "YGM01")
    place = database(tmp_path / "fine.duckdb", activity_key=[own], person_key=[keys["p6"]])
    assert look(house, place).rows == 0


def test_a_key_that_belongs_to_nobody_is_no_better(house: House, tmp_path: Path) -> None:
    with pytest.raises(ChecksRefusedError, match="1 people"):
        look(house, database(tmp_path / "a.duckdb", strict_person_key=["0" * 64, keys_of(house)["p1"]]))


def test_a_product_without_anybody_was_not_looked_at(house: House, tmp_path: Path) -> None:
    with pytest.raises(ChecksRefusedError, match="0 keys"):
        look(house, database(tmp_path / "a.duckdb", area_code=["E09000005"]))


def test_another_runs_decision_counts_for_nothing(house: House, tmp_path: Path) -> None:
    place = database(tmp_path / "a.duckdb", person_key=[keys_of(house)["p1"]])
    look(house, place)
    with pytest.raises(ChecksRefusedError, match="r2 has not decided"):
        look(house, place, run_id="r2")


def test_every_table_about_people_passes_the_same_two_joins(house: House) -> None:
    """Nothing goes around eligibility: an entity whose rows are not joined to it would be everywhere."""
    for entity in entities().values():
        sql = " ".join(statements(entity, []).rows.split())
        joins = (
            "inner join kept_record as k on k.source = f._source" in sql,
            "anti join row_eligibility as w" in sql,
        )
        assert joins == (entity.about_a_person, entity.about_a_person), entity.name


@pytest.mark.parametrize(
    ("step", "stage"),
    [("build", "pseudonymised"), ("check_product", "warehouse"), ("publish_product", "version")],
)
def test_each_step_looks_before_it_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, stage: str
) -> None:
    """The gate refuses, and what comes after it in the step is never reached."""
    economy, asked = house.economy, []

    def refuse(*_: Any, **given: Any) -> None:
        asked.append(given["stage"])
        raise ChecksRefusedError("found somebody")

    def publish(*_: Any, inspect: Any, **__: Any) -> None:
        inspect(Path("version"))
        raise AssertionError("the version was served")

    def reached(*_: Any, **__: Any) -> None:
        raise AssertionError("the step went on")

    monkeypatch.setattr(steps.identity, "objections_gate", refuse)
    monkeypatch.setattr(steps.warehouse, "build", reached)
    monkeypatch.setattr(steps.checks, "run_product_checks", reached)
    monkeypatch.setattr(steps.publish, "publish", publish)
    run = steps.Run(
        run_id="r1", settings=economy.settings, ledger=economy.ledger, extracts=house.extracts, as_of=None
    )  # type: ignore[arg-type]
    with pytest.raises(ChecksRefusedError, match="found somebody"):
        getattr(steps, step)(run, PRODUCT)
    assert asked == [stage]


def test_the_gate_asks_the_reply_itself_and_not_only_the_decision(house: House, tmp_path: Path) -> None:
    """A decision that let an objector in (a rule ignored, a newer reply) does not get past it."""
    economy = house.economy
    place = database(tmp_path / "a.duckdb", person_key=[keys_of(house)["p6"]])
    look(house, place)
    keys, number = load_keys(economy.settings), house.number("p6")
    with open_vault(economy.settings, keys) as connection:
        connection.execute("delete from vault.national_reply where nhs_number = ?", [number])
    with pytest.raises(ChecksRefusedError, match="1 people"):
        look(house, place)
    with open_vault(economy.settings, keys) as connection:
        connection.execute("insert into vault.national_reply values (?)", [number])
    assert look(house, place).people == 0


def test_whoever_is_deleted_between_building_and_publishing_is_found(house: House, tmp_path: Path) -> None:
    """The last one here: person 1 is gone from the house after it."""
    economy = house.economy
    place = database(tmp_path / "a.duckdb", person_key=[keys_of(house)["p1"]])
    look(house, place)
    with (tmp_path / "who").open("w+") as file:
        file.write(house.number("p1"))
        file.seek(0)
        subjects = read_subjects(economy.settings, file)
    decide_subjects(
        economy.settings, economy.ledger, act="deleted", subjects=subjects, author="IG lead", reason="erasure"
    )
    with pytest.raises(ChecksRefusedError, match="1 people"):
        look(house, place)

"""The ledger and the reference data as the warehouse reads them."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import SetupError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.warehouse import export
from pipeline.warehouse.export import REFERENCE
from pipeline.warehouse.ledger_tables import QUERIES
from pipeline.zones import Zones

RUN, BEFORE = "20260331-001", "20260330-001"


@pytest.fixture
def folder(settings: Settings, ledger: Ledger) -> Path:
    """The pseudonymised zone of direct_care, and a ledger with two runs and two products in it."""
    for run_id, as_of, started in (
        (BEFORE, "2026-03-30", "2026-01-30T03:00:00+00:00"),
        (RUN, "2026-03-31", "2026-03-31T02:00:00+00:00"),
    ):
        row = {
            "run_id": run_id,
            "as_of": as_of,
            "started_at": started,
            "outcome": "running",
            "code_version": "test",
        }
        ledger.put("run", [row])
        for stage in ("landing", "current"):
            counts = {"rows_in": 5, "rows_out": 5}
            ledger.put("stage", [{"run_id": run_id, "file_id": "f1", "stage": stage, **counts}])
        for product in ("direct_care", "secondary_use"):
            ledger.put(
                "withheld",
                [{"run_id": run_id, "product": product, "reason": "confidential", "people": 1, "rows": 9}],
            )
    file = {"file_id": "f1", "run_id": BEFORE, "source": "gp", "sender": "A", "extract_date": "2026-03-30"}
    counts = {"rows_in": 5, "rows_landed": 5, "rows_quarantined": 0}
    ledger.put(
        "file",
        [file | counts | {"file_name": "x.csv", "file_sha256": "0", "format": "emis", "outcome": "landed"}],
    )
    path = Zones(settings.home).pseudonymised("direct_care")
    path.mkdir(parents=True)
    return path


def table(folder: Path, name: str) -> pa.Table:
    return pq.read_table(folder / f"{name}.parquet")


def test_every_table_is_there_even_when_empty(settings: Settings, ledger: Ledger, folder: Path) -> None:
    export(settings, ledger, run_id=RUN, product="direct_care")
    names = {*(f"ledger__{name}" for name in QUERIES), *(f"reference__{name}" for name in REFERENCE)}
    assert {path.stem for path in folder.glob("*.parquet")} == names
    assert table(folder, "reference__organisations").column_names == list(REFERENCE["organisations"])
    assert table(folder, "reference__organisations").num_rows == 0


def test_types_are_the_warehouse_s(settings: Settings, ledger: Ledger, folder: Path) -> None:
    export(settings, ledger, run_id=RUN, product="direct_care")
    runs, feeds = table(folder, "ledger__runs").schema, table(folder, "ledger__feeds").schema
    assert runs.field("as_of").type == pa.date32()
    assert runs.field("started_at").type == pa.timestamp("us")
    assert feeds.field("is_late").type == pa.bool_()
    assert feeds.field("rows_in").type == pa.int64()


def test_times_are_london_wall_clock(settings: Settings, ledger: Ledger, folder: Path) -> None:
    """An hour ahead of UTC in summer, and the same in winter."""
    export(settings, ledger, run_id=RUN, product="direct_care")
    rows = {row["run_id"]: row["started_at"] for row in table(folder, "ledger__runs").to_pylist()}
    assert rows == {RUN: datetime.datetime(2026, 3, 31, 3), BEFORE: datetime.datetime(2026, 1, 30, 3)}


def test_another_product_s_rows_stay_out(settings: Settings, ledger: Ledger, folder: Path) -> None:
    export(settings, ledger, run_id=RUN, product="direct_care")
    assert set(table(folder, "ledger__withheld")["product"].to_pylist()) == {"direct_care"}
    assert table(folder, "ledger__current_run").to_pylist() == [
        {"run_id": RUN, "as_of": datetime.date(2026, 3, 31), "product": "direct_care", "code_version": "test"}
    ]


def test_stages_are_every_landing_and_this_run_s_own(
    settings: Settings, ledger: Ledger, folder: Path
) -> None:
    export(settings, ledger, run_id=RUN, product="direct_care")
    rows = table(folder, "ledger__stages").select(["run_id", "stage"]).to_pylist()
    assert sorted((row["run_id"], row["stage"]) for row in rows) == [
        (BEFORE, "landing"),
        (RUN, "current"),
        (RUN, "landing"),
    ]


def night(ledger: Ledger, run_id: str, as_of: str, people: int, *, outcome: str) -> None:
    """A night of direct_care with one practice's list, and how its publishing ended."""
    run = {"run_id": run_id, "as_of": as_of, "started_at": f"{as_of}T03:00:00+00:00", "code_version": "test"}
    ledger.put("run", [run | {"outcome": outcome}])
    told = {"run_id": run_id, "product": "direct_care"}
    ledger.put("practice_list", [told | {"practice_code": "E84001", "registered_people": people}])
    ledger.put("publication", [told | {"outcome": outcome, "at": "x"}])


def test_the_lists_of_practices_are_those_of_the_last_night_that_was_published(
    settings: Settings, ledger: Ledger, folder: Path
) -> None:
    """Not of a night that was refused, of the same night run before, of a later one or another product."""
    night(ledger, "20260327-001", "2026-03-27", 7000, outcome="published")
    night(ledger, "20260328-001", "2026-03-28", 6000, outcome="published")
    night(ledger, "20260328-002", "2026-03-28", 6001, outcome="published")
    night(ledger, "20260329-001", "2026-03-29", 3000, outcome="refused")
    night(ledger, "20260331-000", "2026-03-31", 2000, outcome="published")
    night(ledger, "20260401-001", "2026-04-01", 1000, outcome="published")
    other = {"run_id": "20260328-002", "product": "secondary_use", "practice_code": "E84001"}
    ledger.put("practice_list", [other | {"registered_people": 5000}])
    export(replace(settings, practice_drop_limit=0.25), ledger, run_id=RUN, product="direct_care")
    assert table(folder, "ledger__practice_lists").to_pylist() == [
        {
            "run_id": "20260328-002", "as_of": datetime.date(2026, 3, 28), "practice_code": "E84001",
            "registered_people": 6001, "drop_limit": 0.25,
        }
    ]  # fmt: skip


def test_before_any_night_was_published_there_are_no_lists_of_one(
    settings: Settings, ledger: Ledger, folder: Path
) -> None:
    night(ledger, "20260328-001", "2026-03-28", 6000, outcome="refused")
    export(settings, ledger, run_id=RUN, product="direct_care")
    assert table(folder, "ledger__practice_lists").num_rows == 0


def test_postcodes_are_never_exported(settings: Settings, ledger: Ledger, folder: Path) -> None:
    reference = Zones(settings.home).reference
    reference.mkdir(parents=True)
    pq.write_table(
        pa.table({"postcode": ["W2 1NY"], "lsoa_code": ["E01000001"]}), reference / "postcodes.parquet"
    )
    columns = {name: ["x"] for name in REFERENCE["codelists"]}
    pq.write_table(pa.table({**columns, "postcode": ["W2 1NY"]}), reference / "codelists.parquet")
    export(settings, ledger, run_id=RUN, product="direct_care")
    assert table(folder, "reference__codelists").column_names == list(REFERENCE["codelists"])
    assert not list(folder.glob("*postcode*"))


def test_a_product_that_was_not_pseudonymised_is_refused(settings: Settings, ledger: Ledger) -> None:
    with pytest.raises(SetupError, match="secondary_use has no pseudonymised zone"):
        export(settings, ledger, run_id=RUN, product="secondary_use")

"""The landed records of every source leave as FHIR and come back as they were; at home nothing changes."""

from __future__ import annotations

import hashlib
import shutil
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.declare import SOURCE_WORDS
from connectors.fhir.bulk.manifest import parse_manifest
from pipeline import audit_log
from pipeline.run import open_ledger
from pipeline.run.exporting import Exported
from pipeline.settings import Settings
from tests.conftest import Night
from tests.export_desk import differing, export, land, lines, permit, tables
from tests.fhir_validator import installed
from tests.fhir_validator.verdicts import of_model

pytestmark = pytest.mark.long

LEFT_BEHIND = shutil.ignore_patterns("published", "warehouse", "pseudonymised", "spill", "work")


@dataclass(frozen=True)
class Sent:
    """A copy of a home that has had its night, and what was exported from it."""

    settings: Settings
    night: Night
    done: Exported


@pytest.fixture(scope="module")
def sent(small_night: Night, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    root = tmp_path_factory.mktemp("export")
    shutil.copytree(small_night.home, root / "home", ignore=LEFT_BEHIND)
    settings = permit(Settings(home=root / "home"), root)
    return Sent(settings, small_night, export(settings))


@pytest.fixture(scope="module")
def sample(sent: Sent) -> dict[str, dict[str, Any]]:
    """Up to four records of each resource type of each source, by a name of their own."""
    found: dict[str, dict[str, Any]] = {}
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for source, resource_type, record in lines(sent.done.folder):
        if seen[source, resource_type] < 4:
            seen[source, resource_type] += 1
            found[f"{source} {resource_type} {seen[source, resource_type]}"] = record
    return found


def test_every_record_of_every_source_comes_back_as_it_was(sent: Sent, tmp_path: Path) -> None:
    """All columns but which file and row it came in."""
    land(sent.done.folder, Settings(home=tmp_path / "home"), as_of=sent.night.as_of, run_id="fresh")
    before, after = tables(sent.night.home), tables(tmp_path / "home")
    assert before.keys() == after.keys()
    assert {place.split("source=")[1].split("/")[0] for place in before} == set(SOURCE_WORDS)
    changed = {place: differing(before[place], after[place], place.split("/")[1]) for place in before}
    assert {place: columns for place, columns in changed.items() if columns} == {}


def test_landed_again_at_home_it_is_a_repeat_and_changes_nothing(sent: Sent, tmp_path: Path) -> None:
    """In a home of its own: what is landed there is a run that has decided nothing."""
    settings = replace(sent.settings, home=tmp_path / "home")
    shutil.copytree(sent.settings.home, settings.home)
    fates = {path: path.read_bytes() for path in settings.home.glob("landing/current/*/*.parquet")}
    built = land(sent.done.folder, settings, as_of=sent.night.as_of, run_id="again")
    assert tables(settings.home).keys() == tables(sent.night.home).keys()
    for place, path in tables(settings.home).items():
        assert differing(sent.night.home / place, path, place.split("/")[1], but=()) == []
    assert {path: _rows(path.read_bytes(), path) for path in fates} == {
        path: _rows(content, path) for path, content in fates.items()
    }
    repeated = open_ledger(settings).query(
        """select s.rows_in, s.rows_out, s.rows_superseded, f.rows_quarantined
        from stage s join file f using (file_id)
        where s.run_id = 'again' and s.stage = 'current' and f.format = 'fhir'"""
    )
    assert sum(row["rows_in"] for row in repeated) == sent.done.records
    assert all(row["rows_superseded"] == row["rows_in"] for row in repeated)
    assert sum(row["rows_out"] + row["rows_quarantined"] for row in repeated) == 0
    assert sum(one.rows_superseded for one in built) >= sent.done.records


def _rows(content: bytes, path: Path) -> set[tuple[Any, ...]]:
    beside = path.with_suffix(".before")
    beside.write_bytes(content)
    rows = set(duckdb.read_parquet(str(beside), hive_partitioning=False).fetchall())
    beside.unlink()
    return rows


def test_two_exports_are_the_same_bytes(sent: Sent) -> None:
    """In parts, gzipped or not; the manifest as well, which names each file by its hash."""
    first, second = (
        export(sent.settings, name, is_gzipped=True, part_bytes=1_000_000) for name in ("two", "three")
    )
    assert first.manifest_sha256 == second.manifest_sha256
    assert _hashes(first.folder) == _hashes(second.folder)
    assert first.files > sent.done.files
    assert first.records == second.records == sent.done.records


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_manifest_is_one_of_bulk_data_and_true(sent: Sent) -> None:
    body = (sent.done.folder / "manifest.json").read_bytes()
    listed = parse_manifest(body, host="here").files
    assert len(listed) == sent.done.files
    assert sum(one.rows or 0 for one in listed) == sent.done.records
    for one in listed:
        path = sent.done.folder / one.url
        assert path.read_bytes().count(b"\n") == one.rows
        assert hashlib.sha256(path.read_bytes()).hexdigest() in body.decode()
        assert path.stat().st_mode & 0o077 == 0


def test_what_leaves_is_fhir_by_the_model(sample: dict[str, dict[str, Any]]) -> None:
    assert len({name.rsplit(" ", 1)[0] for name in sample}) > 30
    refused = {name: of_model(record["resourceType"], record) for name, record in sample.items()}
    assert {name: paths for name, paths in refused.items() if paths} == {}


@pytest.mark.skipif(not installed.is_installed(), reason="NOT PROVED HERE: run `make fhir-validator` first")
def test_what_leaves_is_fhir_by_the_second_validator(sample: dict[str, dict[str, Any]]) -> None:
    refused = installed.verdicts(sample)
    assert refused.keys() == sample.keys()
    assert {name: issues for name, issues in refused.items() if issues} == {}


def test_every_record_says_where_it_came_from_and_what_it_claims_to_be(
    sample: dict[str, dict[str, Any]],
) -> None:
    for name, record in sample.items():
        source, resource_type, _ = name.split()
        meta = record["meta"]
        assert meta["profile"] == [f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{resource_type}"]
        assert meta["source"].startswith(f"https://fhir.wsic.example/Sender/{source}/")
        assert len(meta["versionId"]) == 32
        assert meta["lastUpdated"]


def test_for_another_s_care_only_what_that_product_may_hold_is_given(sent: Sent) -> None:
    """By what the night decided: no restricted record, no test patient, no practice that does not share."""
    care = export(sent.settings, "care", purpose="export_direct_care")
    assert 0 < care.records < sent.done.records
    assert care.left_out["withheld"] == sent.done.records - care.records
    decided = sent.settings.home / "identity" / "eligibility" / "direct_care_records.parquet"
    query = "select source || '/' || record_id from read_parquet(?) where reason is null"
    allowed = {row[0] for row in duckdb.execute(query, [str(decided)]).fetchall()}
    mark = "https://fhir.wsic.example/StructureDefinition/Extension-WSIC-LandedRecord"
    given = {
        f"{source}/{said['valueString']}"
        for source, _, record in lines(care.folder)
        for said in record["extension"]
        if said["url"] == mark
    }
    assert given
    assert given <= allowed
    marked = [record for *_, record in lines(care.folder) if record["meta"].get("security")]
    assert marked == []


def test_the_log_tells_of_an_export_before_it_takes_its_place(sent: Sent) -> None:
    own = [
        entry for entry in audit_log.entries(sent.settings)
        if entry.details.get("request_id") == sent.done.request_id
    ]  # fmt: skip
    assert [entry.act for entry in own] == ["export_asked", "export_made", "records_exported"]
    assert own[-1].details["records"] == sent.done.records
    assert own[-1].details["file_sha256"] == sent.done.manifest_sha256
    assert audit_log.verify(sent.settings).is_intact

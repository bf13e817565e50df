"""The same arguments give the same bytes, whatever the number of processes; another seed gives others."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from synthetic import economy, synthesise

END = date(2026, 3, 31)
PEOPLE = 200
# The senders' files of two years; Parquet's own bytes are left out.
TWO_YEARS = "92e235a9451f4cfd7d0e04f617300b9c46495f5ff2fbe09d038b8c54028a8bc2"


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("first") / "economy"
    synthesise(PEOPLE, 3, out, END, 2)
    return fingerprint(out)


def test_same_arguments_same_bytes(first, tmp_path):
    synthesise(PEOPLE, 3, tmp_path / "again", END, 2)
    assert fingerprint(tmp_path / "again") == first


def test_two_years_are_what_they_have_been(first):
    """Whoever changes the economy on purpose changes the digest, and trains the model that ships again."""
    sent = {name: sha for name, sha in first.items() if not name.endswith(".parquet")}
    assert hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest() == TWO_YEARS


def test_an_ambulance_trust_changes_no_byte_of_another_source(first, tmp_path):
    synthesise(PEOPLE, 3, tmp_path / "with", END, 2, with_ambulance=True)
    others = {name: sha for name, sha in fingerprint(tmp_path / "with").items() if "ambulance" not in name}
    told = ("truth/records.parquet", "truth/planted_errors.parquet")
    assert {name: sha for name, sha in others.items() if name not in told} == {
        name: sha for name, sha in first.items() if name not in told
    }
    assert len(fingerprint(tmp_path / "with")) > len(first)


def test_another_seed_gives_other_people(first, tmp_path):
    synthesise(PEOPLE, 4, tmp_path / "other", END, 2)
    other = fingerprint(tmp_path / "other")
    assert other["truth/persons.parquet"] != first["truth/persons.parquet"]
    assert other["reference/postcodes.csv"] != first["reference/postcodes.csv"]


@pytest.mark.long
def test_the_order_in_which_blocks_are_made_changes_no_byte(monkeypatch, tmp_path):
    monkeypatch.setattr(economy, "BLOCK_PEOPLE", PEOPLE // 2)
    made = []

    def run_backwards(tasks, workers, told):
        for task in reversed(tasks):
            economy.make_block(task)
            made.append(task.number)

    monkeypatch.setattr(economy, "_run", run_backwards)
    synthesise(PEOPLE, 3, tmp_path / "backwards", END, 2)
    monkeypatch.undo()
    monkeypatch.setattr(economy, "BLOCK_PEOPLE", PEOPLE // 2)
    synthesise(PEOPLE, 3, tmp_path / "forwards", END, 2)
    assert made == [1, 0]
    assert fingerprint(tmp_path / "backwards") == fingerprint(tmp_path / "forwards")


def test_a_folder_that_holds_something_is_not_written_into(tmp_path):
    (tmp_path / "here").write_text("something")
    with pytest.raises(FileExistsError):
        synthesise(PEOPLE, 3, tmp_path)


@pytest.mark.parametrize(
    ("people", "seed", "nights"), [(10, 1, 1), (PEOPLE, -1, 1), (PEOPLE, 1, 0), (PEOPLE, 1, 32)]
)
def test_what_cannot_be_made_is_refused(people, seed, nights, tmp_path):
    with pytest.raises(ValueError, match="must"):
        synthesise(people, seed, tmp_path / "out", END, nights)

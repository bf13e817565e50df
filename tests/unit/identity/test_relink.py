"""Everybody linked from nothing: what changes is counted; taken over whole when asked to, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit_log
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.identity import link
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.run import relinking, rollback_links
from pipeline.settings import Settings
from tests.identity_economy import AS_OF, Economy, nhs_number

ADAEZE: dict[str, Any] = {"name": [{"family": "Okonkwo", "given": ["Adaeze"]}]}
BORN = "1972-08-19"


def living_at(postcode: str) -> dict[str, Any]:
    return {"address": [{"use": "home", "postalCode": postcode}]}


def landed(home: Path, **hospital: Any) -> Economy:
    """A practice's patient, the hospital's record of her, and somebody else of whom two records agree."""
    for stale in (home / "fhir").rglob("*.parquet"):
        stale.unlink()
    economy = Economy(home)
    economy.person("9", nhs_number(7), BORN, **ADAEZE, **living_at("SW1A 1AA"))
    economy.person("9", None, BORN, source="acute", sender="RYJ", **ADAEZE, **hospital)
    economy.person("1", nhs_number(1))
    economy.person("1", nhs_number(1), source="acute", sender="RYJ")
    economy.land()
    return economy


@pytest.fixture
def held(tmp_path: Path) -> Economy:
    """Two nights: joined by weight on the first, and held by the second, which would not have joined them.

    What the index remembers of the night before, linking from nothing does not know.
    """
    home = tmp_path / "home"
    economy = landed(home)
    link(economy.settings, economy.ledger, "r1", AS_OF)
    economy = landed(home, **living_at("W2 1NY"))
    link(economy.settings, economy.ledger, "r2", AS_OF)
    assert people(economy) == 2
    for run_id in ("r1", "r2"):
        row = {"run_id": run_id, "as_of": AS_OF.isoformat(), "started_at": "x", "outcome": "published",
               "code_version": "x"}  # fmt: skip
        economy.ledger.put("run", [row])
    (tmp_path / "extracts").mkdir()
    economy.settings = replace(economy.settings, extracts=tmp_path / "extracts")
    return economy


def people(economy: Economy) -> int:
    return len({row["person_id"] for row in economy.links().values()})


def linkings(settings: Settings) -> int:
    with open_vault(settings, load_keys(settings), read_only=True) as connection:
        (row,) = connection.execute("select count(*) from vault.linking").fetchall()
    return int(row[0])


def test_a_rehearsal_counts_what_would_change_and_changes_nothing(held: Economy) -> None:
    before = held.links()
    found = relinking.relink(held.settings)
    assert (found.records, found.people_before, found.people_after) == (4, 2, 3)
    assert (found.people_kept, found.people_merged, found.people_split, found.records_moved) == (1, 0, 1, 1)
    assert found.share_changed == 0.5
    assert held.links() == before
    assert linkings(held.settings) == 2
    (run,) = held.ledger.query("select run_id, as_of, outcome from run where run_id > '2' and run_id < 'r'")
    assert (run["as_of"], run["outcome"]) == (AS_OF.isoformat(), "rehearsed")
    (counts,) = held.ledger.query("select is_taken, people_split from relinking")
    assert counts == {"is_taken": 0, "people_split": 1}
    assert held.ledger.query("select * from lock") == []


def test_taken_over_it_stands_and_can_be_undone(held: Economy) -> None:
    before = held.links()
    found = relinking.relink(held.settings, take_at_most=50)
    assert found.people_split == 1
    assert people(held) == 3
    again = relinking.relink(held.settings)
    assert (again.people_kept, again.people_split, again.people_merged) == (3, 0, 0)
    acts = [entry.details for entry in audit_log.entries(held.settings) if entry.act == "population_relinked"]
    assert [details["is_taken"] for details in acts] == [True, False]
    rollback_links(held.settings, str(acts[0]["run_id"]))
    assert held.links() == before


def test_more_than_may_change_is_refused_and_nothing_is_changed(held: Economy) -> None:
    before = held.links()
    with pytest.raises(ChecksRefusedError, match=r"50.00 % of people .* 0 merged, 1 split; nothing"):
        relinking.relink(held.settings, take_at_most=49.9)
    assert held.links() == before
    assert linkings(held.settings) == 2
    assert held.ledger.query("select * from relinking") == []
    assert held.ledger.query("select outcome from step where step = 'relink'") == [{"outcome": "refused"}]
    assert held.ledger.query("select * from lock") == []


def test_of_the_same_records_a_night_and_a_relink_give_the_same(tmp_path: Path) -> None:
    economy = landed(tmp_path / "home")
    link(economy.settings, economy.ledger, "r1", AS_OF)
    economy.settings = replace(economy.settings, extracts=tmp_path)
    before = economy.links()
    found = relinking.relink(economy.settings, as_of=AS_OF, take_at_most=0)
    assert (found.people_kept, found.share_changed, found.records_moved) == (2, 0.0, 0)
    assert economy.links() == before


def test_without_a_linking_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run a night first"):
        relinking.relink(Settings(home=tmp_path / "home", extracts=tmp_path))

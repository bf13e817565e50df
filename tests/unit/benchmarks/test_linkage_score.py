"""The bench's pairwise scores are those that counting every pair by hand gives."""

from __future__ import annotations

import random
from itertools import combinations

import duckdb
import pytest

from tests.benchmarks.linkage.score import Score, score, verified_clashes

SOURCES = ("gp", "acute", "social_care")
Record = dict[str, object]


def _records(seed: int) -> list[Record]:
    """Sixty records of twenty people, linked half at random; some are not in the link table at all."""
    draw = random.Random(seed)
    made: list[Record] = []
    for number in range(60):
        person = draw.randrange(20)
        right = draw.random() < 0.8
        made.append(
            {
                "source": draw.choice(SOURCES),
                "sender": "X01",
                "record_id": str(number),
                "person_id": f"P{person}",
                "ethnic_category": "AHZ"[person % 3],
                "imd_decile": person % 10 + 1,
                "nhs_number": str(person if right else draw.randrange(20)),
                "nhs_number_status": draw.choice(("01", "01", "02", None)),
                "linked_id": None if draw.random() < 0.1 else f"L{person if right else draw.randrange(20)}",
            }
        )
    return made


def _scored(records: list[Record]) -> tuple[list[Score], int]:
    connection = duckdb.connect()
    columns = list(records[0])
    connection.execute(
        "create table record (source varchar, sender varchar, record_id varchar, person_id varchar, "
        "ethnic_category varchar, imd_decile bigint, nhs_number varchar, nhs_number_status varchar, "
        "linked varchar)"
    )
    connection.executemany(
        f"insert into record values ({', '.join('?' * len(columns))})",
        [[r[c] for c in columns] for r in records],
    )
    links = "(select source, sender, record_id, linked as person_id from record where linked is not null)"
    return score(connection, "record", links), verified_clashes(connection)


def _by_hand(records: list[Record], source: str | None) -> tuple[int, int, int]:
    """(true pairs, linked pairs, both) with at least one record of ``source``."""
    true = linked = both = 0
    for one, other in combinations(records, 2):
        if source and source not in (one["source"], other["source"]):
            continue
        is_true = one["person_id"] == other["person_id"]
        is_linked = one["linked_id"] is not None and one["linked_id"] == other["linked_id"]
        true, linked, both = true + is_true, linked + is_linked, both + (is_true and is_linked)
    return true, linked, both


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("source", [None, *SOURCES])
def test_scores_equal_the_count_of_every_pair(seed: int, source: str | None) -> None:
    records = _records(seed)
    found = {(s.group_type, s.group_value): s for s in _scored(records)[0]}
    true, linked, both = _by_hand(records, source)
    of = found[("source", source) if source else ("all", "all")]
    assert (of.true_pairs, of.false_pairs) == (true, linked - both)
    assert of.precision == pytest.approx(both / linked)
    assert of.recall == pytest.approx(both / true)


def test_groups_share_out_the_records() -> None:
    found = _scored(_records(1))[0]
    for group_type in ("source", "ethnic group", "IMD quintile"):
        assert sum(s.records for s in found if s.group_type == group_type) == 60


@pytest.mark.parametrize("seed", range(5))
def test_links_between_two_verified_numbers_are_counted(seed: int) -> None:
    records = _records(seed)
    by_hand = sum(
        one["nhs_number_status"] == other["nhs_number_status"] == "01"
        and one["nhs_number"] != other["nhs_number"]
        and one["linked_id"] is not None
        and one["linked_id"] == other["linked_id"]
        for one, other in combinations(records, 2)
    )
    assert _scored(records)[1] == by_hand > 0

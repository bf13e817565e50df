"""How right the links are: pairwise precision, recall and F1 against the truth, whole and by group."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

_SCORE = Path(__file__).with_name("score.sql")
GROUPS = ("all", "source", "ethnic group", "IMD quintile")


@dataclass(frozen=True, slots=True)
class Score:
    """Of the pairs of records with at least one in the group: how many of the linked are true, and back."""

    group_type: str
    group_value: str
    records: int
    true_pairs: int
    false_pairs: int
    precision: float
    recall: float
    f1: float


def score(
    connection: duckdb.DuckDBPyConnection,
    truth: str,
    links: str,
    *,
    linked_id: str = "person_id",
    by_group: bool = True,
) -> list[Score]:
    """Score the relation ``links`` (source, sender, record_id, ``linked_id``) against ``truth``.

    ``truth``: a relation with source, sender, record_id, person_id, ethnic_category, imd_decile,
    nhs_number and nhs_number_status as sent. Leaves ``judged`` and ``verified_clash`` behind on the
    connection.
    """
    connection.execute("set variable by_group = ?", [by_group])
    connection.execute(f"create or replace temp view truth as select * from {truth}")
    connection.execute(
        f"create or replace temp view links as select *, {linked_id} as linked_id from {links}"
    )
    connection.execute(_SCORE.read_text(encoding="utf-8"))
    rows = connection.execute("select * from score").fetchall()
    return sorted(
        (Score(*row) for row in rows), key=lambda one: (GROUPS.index(one.group_type), one.group_value)
    )


def verified_clashes(connection: duckdb.DuckDBPyConnection) -> int:
    """Linked pairs of two different verified NHS numbers, in the links scored last; must be none."""
    (pairs,) = connection.execute("select pairs from verified_clash").fetchall()[0]
    return int(pairs)

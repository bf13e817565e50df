"""NHS numbers that were replaced: learnt from records that give the old number beside the current one.

A chain is followed to its end. A circle has no end and is followed by nobody; an old number that leads to
two different ends is not followed either. Both keep their outcome ``superseded`` and trace nobody.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

_LEARN = Path(__file__).with_name("supersession_learnt.sql")
_FOLLOW = Path(__file__).with_name("supersession_followed.sql")
_LONGEST = 64  # steps that double each time: no chain of numbers in one system is that long


def learn(connection: DuckDBPyConnection) -> None:
    """Build ``supersession`` (old_number, new_number) from patient_row."""
    connection.execute(_LEARN.read_text(encoding="utf-8"))


def follow(connection: DuckDBPyConnection, relation: str = "supersession") -> int:
    """Build ``current_number`` (old_number, current_number) from ``relation`` (old_number, new_number).

    ``current_number`` is null where the old number leads in a circle or to two ends. Returns how many
    old numbers are followed by nobody.
    """
    connection.execute(
        "create or replace temp table superseded_step as "
        f"select distinct old_number, new_number from {relation} where old_number <> new_number"
    )
    for _ in range(_LONGEST.bit_length()):
        connection.execute(_STEP_TWICE)
    connection.execute(_FOLLOW.read_text(encoding="utf-8").format(relation=relation))
    row = connection.execute("select count(*) from current_number where current_number is null").fetchone()
    return int(row[0]) if row else 0


# Each pass makes every step twice as long: seven follow chains of 128 numbers.
_STEP_TWICE = """
create or replace temp table superseded_step as
select distinct s.old_number, coalesce(t.new_number, s.new_number) as new_number
from superseded_step as s
left join superseded_step as t on t.old_number = s.new_number
"""

"""NHS numbers that were replaced: learnt from records that give the old number beside the current one.

Anybody may say so, and not everybody is believed: :file:`supersession_accepted.sql`. A chain is followed to
its end. A circle has no end and is followed by nobody; an old number that leads to two different ends is not
followed either. Both keep their outcome ``superseded`` and trace nobody.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

_HERE = Path(__file__)
_SAID = _HERE.with_name("supersession_said.sql")
_ACCEPTED = _HERE.with_name("supersession_accepted.sql")
_FOLLOW = _HERE.with_name("supersession_followed.sql")
_LONGEST = 64  # steps that double each time: no chain of numbers in one system is that long


def learn(connection: DuckDBPyConnection) -> None:
    """Build ``superseding_said`` (record_key, old_number, new_number) from chosen_patient.

    And the view ``number_holder_said`` (record_key, nhs_number, birth_date, is_registered, is_verified) of
    the records there that may hold a number: those of practices, and verified ones.
    """
    connection.execute(_SAID.read_text(encoding="utf-8"))


def accept(connection: DuckDBPyConnection, accepted: str, *, said: str, holder: str) -> None:
    """Build ``accepted`` (old_number, new_number): what is believed of ``said``, given who holds the numbers.

    ``said`` and ``holder`` are relations with the columns that :func:`learn` gives.
    """
    text = _ACCEPTED.read_text(encoding="utf-8")
    connection.execute(text.format(accepted=accepted, said=said, holder=holder))


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

"""The review queue: pairs in doubt, for a person to decide. It shows no value of a record.

Why a pair is in the queue:

- ``between_thresholds``: its weight lies around the threshold of joining;
- ``several_close``: the trace found several close candidates, or several people weigh about as much, one pair
  each. The national service does not say whom it found: then the other side is for the reviewer to name;
- ``national_contradiction``: the national service answered with another number than the record's verified
  one; the answer is not used;
- ``birth_date_conflict``: the number is another person's by its birth date, or by both names;
- ``replaced_number_held``: the record says that its number has replaced another one, which still is
  somebody's: registered, verified, or of another birth date. It is not followed;
- ``contradiction``: it was decided, and the decision can no longer be obeyed; first in the list until it is
  withdrawn or decided anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from pipeline.duck import values_hidden
from pipeline.errors import UsageError
from pipeline.identity.compared import FIELDS, compared_sql
from pipeline.identity.decisions.override import RecordName, record_decision
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.residue import DEFAULT_RULES, Comparison, Model, load_model, show_weights, waterfall
from pipeline.identity.vault import open_vault
from pipeline.keys import PERSON_ID, KeyRing, load_keys
from pipeline.settings import Settings
from pipeline.zones import Zones

ABOVE_JOINING = 3.0  # pairs that joined by so little are shown as well: an eighth of the odds

REASONS = {
    "two_numbers": "the two sides, or records joined to them, hold two different established NHS numbers",
    "other_decision": "another decision keeps the two sides apart, or records joined to them",
    "too_many_records": "together they would be more records than one person has",
}
"""Why what a person decided cannot be obeyed: as the vault keeps it, and in words."""

_QUEUE = Path(__file__).with_name("queue.sql")
_HOLDERS = Path(__file__).with_name("holders.sql")
_SIDES = Path(__file__).with_name("sides.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pair in doubt. ``weight`` in bits (log2 Bayes factor); ``compared``: a word for each field.

    ``weight`` and ``probability`` are as they are shown: how rare a name is, is told in classes, as the exact
    weight would tell the name.

    ``reason``: why a decision can no longer be obeyed, one of :data:`REASONS`.
    """

    pair_id: str
    kind: str
    weight: float | None
    probability: float | None
    candidates: int | None
    reason: str | None
    left: RecordName
    right: RecordName | None
    compared: Mapping[str, str]


def list_queue(settings: Settings, *, limit: int = 100) -> list[Pair]:
    """The pairs that nobody has decided yet, those shown nearest to an even chance first; at most ``limit``.

    Before them stand the decisions that can no longer be obeyed.
    """
    keys = load_keys(settings)
    with open_vault(settings, keys, read_only=True) as connection, values_hidden("the review queue"):
        _build(connection, keys)
        _show_weights(connection, load_model(Zones(settings.home).identity))
        names = ", ".join(compared_sql(field, "l", "r") + f" as {field}" for field in FIELDS)
        found = connection.execute(
            _SIDES.read_text(encoding="utf-8").format(compared=names), [limit]
        ).fetchall()
        return [_pair(row) for row in found]


def show_pair(settings: Settings, pair_id: str) -> tuple[Pair, tuple[Comparison, ...]]:
    """One pair of the queue, and what spoke for and against it; raises :class:`UsageError` for none."""
    keys = load_keys(settings)
    with open_vault(settings, keys, read_only=True) as connection, values_hidden("the review queue"):
        _build(connection, keys)
        left, right = _nodes(connection, pair_id)
        names = ", ".join(compared_sql(field, "l", "r") + f" as {field}" for field in FIELDS)
        connection.execute("delete from queue_named where pair_id <> ?", [pair_id])
        model = load_model(Zones(settings.home).identity)
        _show_weights(connection, model)
        row = connection.execute(_SIDES.read_text(encoding="utf-8").format(compared=names), [1]).fetchone()
        steps = waterfall(connection, model, left, right) if right else ()
        return _pair(row or ()), steps


def decide(settings: Settings, pair_id: str, *, verdict: str, reason: str, author: str) -> None:
    """Decide a pair of the queue, with reason and author; later runs obey.

    ``same`` or ``different``; ``withdrawn`` where it is a decision that can no longer be obeyed.

    Raises :class:`UsageError` for a pair that is not in the queue or has no other side, a blank reason or
    author, and a contradiction with established numbers.
    """
    keys = load_keys(settings)
    with open_vault(settings, keys) as connection, values_hidden("deciding about a pair"):
        _build(connection, keys)
        left, right = _nodes(connection, pair_id)
        if right is None:
            raise UsageError(
                "the national service found several close candidates and does not say whom; "
                "valid: wsic link override with the record that it belongs to"
            )
        record_decision(connection, left=left, right=right, verdict=verdict, reason=reason, author=author)


def _build(connection: DuckDBPyConnection, keys: KeyRing) -> None:
    """``queue_named``: the pairs, each with an id that tells nothing (a keyed hash of its sides)."""
    rules = DEFAULT_RULES
    connection.execute("set variable loose = ?", [rules.loose])
    connection.execute("set variable join_weight = ?", [rules.join])
    connection.execute("set variable certain = ?", [rules.join + ABOVE_JOINING])
    connection.execute(_QUEUE.read_text(encoding="utf-8"))
    name_holders(connection)
    with keyed(connection, keys.key(PERSON_ID)):
        connection.execute(
            "create or replace temp table queue_named as select *, left(keyed_hash('pair|v1|' || left_key "
            "|| '|' || coalesce(right_key, '')), 12) as pair_id from queue_pair"
        )


def _show_weights(connection: DuckDBPyConnection, model: Model) -> None:
    """Put shown weights in the place of the exact ones."""
    connection.execute(
        "create or replace temp view pair_weighed as "
        "select left_key, right_key from queue_named where weight is not null"
    )
    show_weights(connection, model, "pair_weighed")
    connection.execute(
        "create or replace temp table queue_named as "
        "select q.* replace (w.weight as weight, round(1 / (1 + power(2.0, -w.weight)), 9) as probability) "
        "from queue_named as q left join weight_shown as w using (left_key, right_key)"
    )


def name_holders(connection: DuckDBPyConnection) -> None:
    """Build ``node_holder`` (node, record_key): a record of each index person of ``node_asked``."""
    connection.execute(_HOLDERS.read_text(encoding="utf-8"))


def _nodes(connection: DuckDBPyConnection, pair_id: str) -> tuple[str, str | None]:
    row = connection.execute(
        "select left_key, right_key from queue_named where pair_id = ?", [pair_id]
    ).fetchone()
    if row is None:
        raise UsageError("no pair of the queue has that id; valid: an id that wsic link review list shows")
    return row[0], row[1]


def _pair(row: tuple[Any, ...]) -> Pair:
    pair_id, kind, weight, probability, candidates, reason, *rest = row
    right = RecordName(*rest[3:6]) if rest[5] is not None else None
    words = dict(zip(FIELDS, rest[6:], strict=True)) if right else {}
    return Pair(
        pair_id=pair_id, kind=kind, weight=weight, probability=probability, candidates=candidates,
        reason=REASONS.get(reason), left=RecordName(*rest[:3]), right=right, compared=words,
    )  # fmt: skip

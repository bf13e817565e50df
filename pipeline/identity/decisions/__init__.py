"""What people decide about doubtful pairs: the review queue, overrides, and how later runs obey them."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.decisions.contradicted import Contradiction, contradictions_of
from pipeline.identity.decisions.override import VERDICTS, RecordName, override
from pipeline.identity.decisions.queue import Pair, decide, list_queue, show_pair

_ROOM = Path(__file__).parent

__all__ = [
    "VERDICTS",
    "Contradiction",
    "Pair",
    "RecordName",
    "contradictions_of",
    "decide",
    "list_queue",
    "note_doubts",
    "override",
    "resolve",
    "show_pair",
]


def resolve(connection: DuckDBPyConnection) -> None:
    """Build ``decision`` from the decisions in force, and take back the matches that they overrule.

    A person's word goes before that of our trace and of the national service alike. It does not go before two
    established NHS numbers: what asks for that is left undone, and :func:`note_doubts` says so.
    """
    connection.execute((_ROOM / "resolve.sql").read_text(encoding="utf-8"))


def note_doubts(connection: DuckDBPyConnection) -> None:
    """Build what tonight adds to the review queue and takes from it, once ``link_tonight`` stands.

    Decisions that the links cannot obey (contradiction_fresh, contradiction_gone) and the candidates that the
    trace could not choose between (candidate_fresh, candidate_gone).
    """
    for name in ("contradicted.sql", "candidates.sql"):
        connection.execute((_ROOM / name).read_text(encoding="utf-8"))

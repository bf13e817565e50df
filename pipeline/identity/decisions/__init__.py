"""What people decide about doubtful pairs: the review queue, overrides, and how later runs obey them."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.decisions.override import VERDICTS, RecordName, override
from pipeline.identity.decisions.queue import Pair, decide, list_queue, show_pair

_RESOLVE = Path(__file__).with_name("resolve.sql")

__all__ = ["VERDICTS", "Pair", "RecordName", "decide", "list_queue", "override", "resolve", "show_pair"]


def resolve(connection: DuckDBPyConnection) -> None:
    """Build ``decision`` from the decisions in force, and take back the matches that they overrule."""
    connection.execute(_RESOLVE.read_text(encoding="utf-8"))

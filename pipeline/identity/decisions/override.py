"""A person's decision that two records are one person or two: kept with reason and author, and obeyed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.declare import SOURCE_WORDS
from pipeline.duck import values_hidden
from pipeline.errors import UsageError, one_of
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.settings import Settings

VERDICTS = ("same", "different", "withdrawn")

_CONTRADICTION = Path(__file__).with_name("contradiction.sql")
_STANDING = Path(__file__).with_name("standing.sql")


@dataclass(frozen=True, slots=True)
class RecordName:
    """A record by its source word, the sender's ODS code and the patient's id within that sender."""

    source: str
    sender: str
    record_id: str

    @property
    def key(self) -> str:
        """The name as the vault keeps it."""
        return f"{self.source}|{self.sender}|{self.record_id}"


def override(
    settings: Settings, one: RecordName, other: RecordName, *, verdict: str, reason: str, author: str
) -> None:
    """Decide about two records, whether or not they stand in the review queue; ``withdrawn`` takes it back.

    Raises :class:`UsageError` for a record that is not known, a blank reason or author, and a decision
    that contradicts two established NHS numbers.
    """
    _require_known_source(one, other)
    with open_vault(settings, load_keys(settings)) as connection, values_hidden("deciding about a pair"):
        for name in (one, other):
            _require_record(connection, name)
        left, right = sorted((one.key, other.key))
        record_decision(connection, left=left, right=right, verdict=verdict, reason=reason, author=author)


def record_decision(
    connection: DuckDBPyConnection, *, left: str, right: str, verdict: str, reason: str, author: str
) -> None:
    """Append a decision about two nodes (a record key, and a record key or ``nhs|<number>``) to the vault.

    It takes the place of what was decided about them before, by the other record's name or by its person's.
    """
    if verdict not in VERDICTS:
        raise UsageError(one_of("verdict", verdict, VERDICTS))
    if not reason.strip() or not author.strip():
        raise UsageError("a decision needs a reason and an author; valid: words of your own in both")
    if left == right:
        raise UsageError("a decision is about two records, and these are one; valid: two different records")
    if verdict == "same":
        _refuse_contradiction(connection, left, right)
    standing = set(connection.execute(_STANDING.read_text("utf-8"), {"one": left, "other": right}).fetchall())
    if verdict == "withdrawn" and not standing:
        raise UsageError("nobody has decided about these two records; valid: a pair with a decision in force")
    decided = dict.fromkeys(sorted(standing), "withdrawn")
    if verdict != "withdrawn":
        decided[left, right] = verdict
    connection.executemany(
        "insert into vault.decision values (?, ?, ?, ?, ?, now())",
        [(*pair, word, reason.strip(), author.strip()) for pair, word in decided.items()],
    )


def _refuse_contradiction(connection: DuckDBPyConnection, left: str, right: str) -> None:
    statement = _CONTRADICTION.read_text(encoding="utf-8")
    numbers = connection.execute(statement, {"one": left, "other": right}).fetchone()
    if numbers and numbers[0] > 1:
        raise UsageError(
            "the two sides (or records decided to be the same as one of them) hold different established NHS "
            "numbers, and are never one person; valid: have the wrong number corrected at its sender, or "
            "withdraw the decision in the way"
        )


def _require_known_source(*names: RecordName) -> None:
    for name in names:
        if name.source not in SOURCE_WORDS:
            raise UsageError(one_of("source", name.source, SOURCE_WORDS))


def _require_record(connection: DuckDBPyConnection, name: RecordName) -> None:
    found = connection.execute("select 1 from vault.record where record_key = ?", [name.key]).fetchone()
    if found is None:
        raise UsageError(
            f"{name.source}/{name.sender} has no record of that id; valid: the sender's own patient id"
        )

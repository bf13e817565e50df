"""Decisions about one person's data: consent withdrawn or given again, and deletion.

They hold for every product from the next publish on. The vault keeps each decision with its author and
reason, and its subjects as keyed hashes; the ledger keeps counts.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from pipeline import clock
from pipeline.duck import values_hidden
from pipeline.errors import UsageError, one_of
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.objections.subjects import Subjects
from pipeline.identity.objections.suppressed import MACROS
from pipeline.identity.vault import open_vault
from pipeline.keys import PERSON_ID, load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings

WITHDRAWN, GIVEN, DELETED = "consent_withdrawn", "consent_given", "deleted"
ACTS = (WITHDRAWN, GIVEN, DELETED)
_LONG_NUMBER = re.compile(r"(?:\d[\s-]?){10}")

# Everyone whom the subjects name, and every record of theirs: one without a number is then known as well.
_SUBJECT = """
create or replace temp table named_person as
select person_id from vault.person where nhs_number in (select nhs_number from named_number)
union
select r.person_id
from vault.record as r
semi join named_record as n on n.source = r.source and n.sender = r.sender and n.record_id = r.record_id;
create or replace temp table decided_subject as
select subject_of_number(nhs_number) as subject_hash from named_number
union
select subject_of_record(source, sender, record_id) from named_record
union
select subject_of_number(nhs_number)
from vault.person
where nhs_number is not null and person_id in (select person_id from named_person)
union
select subject_of_record(source, sender, record_id)
from vault.record
where person_id in (select person_id from named_person);
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision taken: ``subjects`` as named, and the ``people`` of the person index whom they name."""

    decision_id: str
    act: str
    subjects: int
    people: int


def decide_subjects(
    settings: Settings, ledger: Ledger, *, act: str, subjects: Subjects, author: str, reason: str
) -> Decision:
    """Keep a decision of :data:`ACTS` about ``subjects``; products follow at their next publish.

    A subject that is not in the person index is kept too: the feed that brings it may come later. Raises
    :class:`UsageError` for an unknown act, without an author or reason, or where those hold a number.
    """
    if act not in ACTS:
        raise UsageError(one_of("decision", act, ACTS))
    _require_words(author, reason)
    decided_at = clock.moment()
    decision_id = f"{decided_at:%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
    keys = load_keys(settings)
    with (
        open_vault(settings, keys) as connection,
        values_hidden("decision about a person"),
        keyed(connection, keys.key(PERSON_ID)),
    ):
        connection.execute(MACROS)
        _load(connection, subjects)
        connection.execute(_SUBJECT)
        people = (connection.execute("select count(*) from named_person").fetchone() or (0,))[0]
        connection.execute(
            "insert into vault.subject_decision select ?, ?, subject_hash, ?, ?, ? from decided_subject",
            [decision_id, act, decided_at, author, reason],
        )
    row = {"decision_id": decision_id, "act": act, "decided_at": decided_at.isoformat()}
    ledger.put("subject_decision", [{**row, "subjects": len(subjects), "people": people}])
    return Decision(decision_id, act, len(subjects), people)


def newest_decision(ledger: Ledger, *acts: str) -> datetime | None:
    """When the newest decision of ``acts`` was taken; nothing where there is none."""
    return max(_decided(ledger, acts), default=None)


def oldest_decision_after(ledger: Ledger, moment: datetime | None, *acts: str) -> datetime | None:
    """When the first decision of ``acts`` after ``moment`` was taken; nothing where there is none."""
    return min((at for at in _decided(ledger, acts) if moment is None or at > moment), default=None)


def _decided(ledger: Ledger, acts: Sequence[str]) -> list[datetime]:
    marks = ", ".join("?" for _ in acts)
    rows = ledger.query(f"select decided_at from subject_decision where act in ({marks})", list(acts))
    return [datetime.fromisoformat(row["decided_at"]) for row in rows]


def _require_words(author: str, reason: str) -> None:
    for name, words in (("--by", author), ("--reason", reason)):
        if not words.strip():
            raise UsageError(f"{name} is empty; valid: words that say who decided, and why")
        if _LONG_NUMBER.search(words):
            raise UsageError(
                f"{name} holds a number as long as an NHS number; valid: words without identifiers"
            )


def _load(connection: DuckDBPyConnection, subjects: Subjects) -> None:
    connection.execute("create or replace temp table named_number (nhs_number varchar)")
    connection.execute(
        "create or replace temp table named_record (source varchar, sender varchar, record_id varchar)"
    )
    connection.execute("insert into named_number select unnest(?::varchar[])", [list(subjects.numbers)])
    columns = [list(column) for column in zip(*subjects.records, strict=True)] or [[], [], []]
    connection.execute(
        "insert into named_record select unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::varchar[])",
        columns,
    )

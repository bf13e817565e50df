"""Gathers a pack from the ledger and, of the refused rows, their numbers, columns and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import UsageError
from pipeline.feedback.lost import Lost, lost_by_rule
from pipeline.feedback.trend import nights_of, rules_before
from pipeline.landing import rule_words
from pipeline.landing.feeds import Feed
from pipeline.landing.losses import Losses, losses, refused_rows
from pipeline.ledger import Ledger
from pipeline.settings import Settings

Row = dict[str, Any]
Before = Mapping[tuple[str, str, str], int]
ROWS_AT_MOST = 10_000  # numbers given of one rule in one file; more of the same says nothing new
OUTCOMES = {"file": "file refused", "row": "row refused", "warning": "warning"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What one sender hears of one night; each sequence is a table, a row a dictionary."""

    night: Row
    files: Sequence[Row]
    rules: Sequence[Row]
    mended: Sequence[Row]
    references: Sequence[Row]
    nights: Sequence[Row]
    rows: Sequence[Row]


def gather(settings: Settings, ledger: Ledger, *, run_id: str, feed: Feed) -> Pack:
    """The pack of one feed and run. Raises :class:`UsageError` for a run that is not in the ledger."""
    runs = ledger.query("select run_id, as_of from run where run_id = ?", (run_id,))
    if not runs:
        raise UsageError("no such run in the ledger; `wsic runs` lists those that are")
    files = _files(ledger, run_id, feed)
    before = rules_before(ledger, run_id, feed)
    rules = [rule for file in files for rule in _rules(settings, ledger, file, before)]
    broken = {(rule["file_name"], rule["rule"], rule["column"]) for rule in rules}
    names = {file["file_name"] for file in files}
    return Pack(
        night=_night(ledger, runs[0], feed, files, rules),
        files=[_said_of(file) for file in files],
        rules=rules,
        mended=[_mended(*key, rows) for key, rows in before.items() if key[0] in names and key not in broken],
        references=_references(ledger, run_id, feed),
        nights=nights_of(ledger, run_id, feed),
        rows=[row for file in files for row in _rows(settings, file)],
    )


def _files(ledger: Ledger, run_id: str, feed: Feed) -> list[Row]:
    return ledger.query(
        """select * from file where run_id = ? and source = ? and sender = ?
        order by extract_date, file_name, received_seq""",
        (run_id, feed.source, feed.sender),
    )


def _night(ledger: Ledger, run: Row, feed: Feed, files: list[Row], rules: list[Row]) -> Row:
    parts = ledger.query(
        """select feed, outcome, message, last_extract_on, expected_on, is_late from feed
        where run_id = ? and source = ? and sender = ? order by feed""",
        (run["run_id"], feed.source, feed.sender),
    )
    return {
        "run_id": run["run_id"],
        "as_of": run["as_of"],
        "source": feed.source,
        "sender": feed.sender,
        "feeds": [{**part, "is_late": bool(part["is_late"])} for part in parts],
        "files": len(files),
        "files_refused": sum(file["outcome"] == "refused" for file in files),
        "rows_in": sum(file["rows_in"] for file in files),
        "rows_landed": sum(file["rows_landed"] for file in files),
        "rows_lost": sum(file["rows_quarantined"] for file in files),
        "warnings": sum(rule["rows"] for rule in rules if rule["outcome"] == OUTCOMES["warning"]),
    }


def _said_of(file: Row) -> Row:
    return {
        "file_name": file["file_name"],
        "extract_date": file["extract_date"],
        "sha256": file["file_sha256"],
        "file_id": file["file_id"],
        "format": file["format"],
        "outcome": "file refused" if file["outcome"] == "refused" else file["outcome"],
        "rows_in": file["rows_in"],
        "rows_landed": file["rows_landed"],
        "rows_lost": file["rows_quarantined"],
        "message": file["message"],
    }


def _rules(settings: Settings, ledger: Ledger, file: Row, before: Before) -> list[Row]:
    broken = ledger.query(
        "select * from file_rule where file_id = ? order by severity, rows desc, rule_id, column_name",
        (file["file_id"],),
    )
    found = losses(settings, file) if file["rows_quarantined"] else Losses()
    lost = lost_by_rule(file, broken, found, refused_above=settings.file_refused_above)
    words = rule_words.words_of(file["source"], file["format"], file["file_name"])
    return [_rule(file, rule, lost, words, before) for rule in broken]


def _rule(
    file: Row,
    rule: Row,
    lost: dict[tuple[str, str], Lost],
    words: Mapping[tuple[str, str], str],
    before: Before,
) -> Row:
    name, rule_id, column = file["file_name"], rule["rule_id"], rule["column_name"]
    own = lost.get((rule_id, column), Lost(0, 0))
    earlier = before.get((name, rule_id, column))
    return {
        "file_name": name,
        "extract_date": file["extract_date"],
        "file_id": file["file_id"],
        "outcome": OUTCOMES[rule["severity"]],
        "rule": rule_id,
        "column": column,
        "meaning": rule_words.meaning(words, rule_id, column),
        "rows": rule["rows"],
        "rows_lost": own.rows,
        "rows_lost_to_this_alone": own.alone,
        "rows_last_time": earlier,
        "trend": _trend(rule["rows"], earlier),
    }


def _trend(rows: int, earlier: int | None) -> str:
    if earlier is None:
        return "new"
    return "same" if rows == earlier else "more" if rows > earlier else "fewer"


def _mended(file_name: str, rule_id: str, column: str, rows: int) -> Row:
    return {"file_name": file_name, "rule": rule_id, "column": column, "rows_last_time": rows}


def _references(ledger: Ledger, run_id: str, feed: Feed) -> list[Row]:
    return ledger.query(
        """select resource_type, path, target_type, references_checked, references_unresolved
        from unresolved_reference
        where run_id = ? and source = ? and sender = ? and references_unresolved > 0
        order by resource_type, path, target_type""",
        (run_id, feed.source, feed.sender),
    )


def _rows(settings: Settings, file: Row) -> list[Row]:
    if not file["rows_quarantined"]:
        return []
    return [
        {
            "file_name": file["file_name"],
            "extract_date": file["extract_date"],
            "row": row["row"],
            "line": row["line_number"],
            "column": row["column_name"],
            "rule": row["rule_id"],
        }
        for row in refused_rows(settings, file, at_most=ROWS_AT_MOST)
    ]

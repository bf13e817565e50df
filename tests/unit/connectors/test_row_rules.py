"""Row rules: each kind of rule broken by one row, and held by the rows beside it."""

from __future__ import annotations

import duckdb
import pytest

from connectors.declare import Column, Format, Handling, Kind, Mode, NativeFile, RowCheck, Severity
from connectors.rules import Over, RowRule, row_rules, typed_columns

FILE = NativeFile(
    name="Visit.csv",
    record_id='"Person"',
    deleted_when='coalesce("Gone", false)',
    columns=(
        Column("Id", Kind.CODE, Handling.PSEUDONYMISE, "Visit", key=True),
        Column("Part", Kind.CODE, Handling.KEEP, "Part of the visit", key=True),
        Column("Site", Kind.CODE, Handling.KEEP, "Site", key=True, required=True),
        Column("Person", Kind.CODE, Handling.IDENTIFIER, "Person", required=True),
        Column("Start", Kind.DATE, Handling.KEEP, "First day"),
        Column("End", Kind.DATE, Handling.KEEP, "Last day", on_malformed=Severity.WARNING),
        Column("Mode", Kind.CODE, Handling.KEEP, "Mode", values=frozenset({"A", "it's"})),
        Column("Gone", Kind.BOOLEAN, Handling.KEEP, "Tombstone"),
    ),
    checks=(RowCheck("end_first", "End", Severity.WARNING, '"End" < "Start"', "End is before Start"),),
)
FORMAT = Format(name="visits", recognised_by=("Visit.csv",), mode=Mode.DELTA, files=(FILE,))
SOUND = {
    "Id": "1",
    "Part": "a",
    "Site": "S",
    "Person": "p",
    "Start": "2026-01-01",
    "End": "2026-01-02",
    "Mode": "A",
    "Gone": "false",
}


def _broken(**changes: str | None) -> set[tuple[str, str, Severity]]:
    row = SOUND | changes
    columns = ", ".join(f'${number}::varchar as "{name}"' for number, name in enumerate(row, start=1))
    duckdb.execute(f"create or replace temp table received as select {columns}", list(row.values()))
    duckdb.execute(
        f"create or replace temp table typed as select {', '.join(typed_columns(FILE, FORMAT))} from received"
    )
    return {
        (rule.rule_id, rule.column, rule.severity)
        for rule in row_rules(FILE, FORMAT)
        if duckdb.execute(f"select {rule.predicate} from {rule.over.value}").fetchone() == (True,)
    }


def test_a_sound_row_breaks_nothing() -> None:
    assert _broken() == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Start": "2026-02-30"}, {("malformed_date", "Start", Severity.ROW)}),
        ({"End": "soon"}, {("malformed_date", "End", Severity.WARNING)}),
        ({"Gone": "perhaps"}, {("malformed_boolean", "Gone", Severity.ROW)}),
        ({"Person": " "}, {("missing_required", "Person", Severity.ROW)}),
        ({"Site": None}, {("missing_key", "Site", Severity.ROW)}),
        ({"Mode": "B"}, {("unknown_code", "Mode", Severity.WARNING)}),
        ({"Mode": "it's"}, set()),
        ({"Mode": ""}, set()),
        ({"End": "2025-12-31"}, {("end_first", "End", Severity.WARNING)}),
        ({"Part": ""}, set()),
        ({"Person": "", "Gone": "true"}, set()),
        (
            {"Id": "", "Part": "", "Site": ""},
            {("missing_key", "Id", Severity.ROW), ("missing_key", "Site", Severity.ROW)},
        ),
    ],
)
def test_a_broken_row_breaks_its_rule_alone(
    changes: dict[str, str | None], expected: set[tuple[str, str, Severity]]
) -> None:
    assert _broken(**changes) == expected


def test_only_malformed_rules_read_what_was_received() -> None:
    for rule in row_rules(FILE, FORMAT):
        assert (rule.over is Over.RECEIVED) == rule.rule_id.startswith("malformed_")


def test_rules_say_what_would_be_valid_and_never_a_value() -> None:
    rules: tuple[RowRule, ...] = row_rules(FILE, FORMAT)
    assert all(rule.column in rule.meaning for rule in rules if rule.rule_id != "end_first")
    assert any("YYYY-MM-DD" in rule.meaning for rule in rules)

"""A ledger of an earlier version opens with all it held; one of a later version is refused as it is."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.ledger import Ledger, form
from pipeline.ledger.looked_at import LedgerLookedAt

RUN = ("20260331-001", "2026-03-31", "2026-03-31T20:00:00Z", "published", "0.1.0")
INSERT = "insert into run (run_id, as_of, started_at, outcome, code_version) values (?, ?, ?, ?, ?)"
OPENERS = pytest.mark.parametrize("opener", [Ledger, LedgerLookedAt])


def written(path: Path, schema: str, mark: int = 1) -> Path:
    """A ledger that code with another schema wrote, with one run in it."""
    connection = sqlite3.connect(path)
    connection.executescript(f"{schema}\npragma user_version = {mark};")
    connection.execute(INSERT, RUN)
    connection.commit()
    connection.close()
    return path


def shape(path: Path) -> set[tuple[str, str]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "select m.name, c.name from sqlite_master as m, pragma_table_info(m.name) as c where m.type = 'table'"
    ).fetchall()
    connection.close()
    return set(rows)


@pytest.fixture
def older() -> str:
    """Today's schema before some table, some column and the note of its form."""
    schema = form.SCHEMA.read_text("utf-8")
    schema = schema[: schema.index("create table if not exists ledger_form")]
    schema = re.sub(r"create table if not exists relinking \(.*?\) strict;", "", schema, flags=re.DOTALL)
    return schema.replace(", key_ids text not null default ''", "")


@OPENERS
def test_an_older_ledger_opens_with_what_it_held(opener: type[Ledger], tmp_path: Path, older: str) -> None:
    ledger = opener(written(tmp_path / "ledger.sqlite", older))
    assert ledger.query("select run_id, outcome, key_ids from run") == [
        {"run_id": RUN[0], "outcome": "published", "key_ids": ""}
    ]
    assert ledger.query("select * from relinking") == []


def test_it_is_then_shaped_like_a_new_one(tmp_path: Path, older: str) -> None:
    path = written(tmp_path / "ledger.sqlite", older)
    Ledger(path)
    Ledger(tmp_path / "new.sqlite")
    assert shape(path) == shape(tmp_path / "new.sqlite")
    assert Ledger(path).query("select form from ledger_form") == [{"form": form.FORM}]


def test_who_only_looks_leaves_it_as_it_was(tmp_path: Path, older: str) -> None:
    path = written(tmp_path / "ledger.sqlite", older)
    before = path.read_bytes()
    LedgerLookedAt(path).query("select * from relinking")
    assert path.read_bytes() == before


@OPENERS
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("create table cohort (a integer)", "table cohort"),
        ("alter table run add column site text", "columns site of run"),
        (f"insert into ledger_form values ({form.FORM + 1})", f"form {form.FORM + 1}"),
    ],
)
def test_a_later_ledger_is_refused_as_it_is(
    opener: type[Ledger], tmp_path: Path, change: str, said: str
) -> None:
    path = written(tmp_path / "ledger.sqlite", f"{form.SCHEMA.read_text('utf-8')};\n{change};")
    before = path.read_bytes()
    with pytest.raises(SetupError, match=rf"later version.*{said}.*valid: that version"):
        opener(path).query("select 1")
    assert path.read_bytes() == before


def test_a_column_that_no_row_of_before_could_have_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    connection.execute("create table snapshot (product text not null, month text not null)")
    connection.close()
    with pytest.raises(SetupError, match=r"before snapshot had its column run_id.*one by one"):
        Ledger(tmp_path / "ledger.sqlite")


def test_the_schema_writes_the_form_that_the_code_knows(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "l.sqlite").query("select max(form) as form from ledger_form") == [
        {"form": form.FORM}
    ]

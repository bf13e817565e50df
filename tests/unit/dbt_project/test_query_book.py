"""Every query of the query book, run on the warehouse of three hundred made-up people: it answers, and the
answer agrees with another way to the same number. The other snippets of the documentation run too."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.pseudonymised_fixtures import AS_OF
from tests.query_book import PAGES, blocks, questions, questions_of
from tests.query_book_checks import CHECKS

BOOK = {question.place: question for question in questions()}
READMISSIONS = "hospital.md#care-between-discharge-and-readmission"
FOLLOW_UP = "care.md#mental-health-follow-up"
RECOUNTED = {READMISSIONS, FOLLOW_UP}  # below, one row after another

EMPTY: Mapping[str, str] = {}
"""Questions that none of the three hundred answers, each with the reason."""

SILENT: Mapping[str, set[str]] = {"trust.md#coverage-map": {"boroughs_not_complete"}}  # all feeds came
"""Columns that are null for all of them; another column that always is would be a mistaken join."""


def asked(connection: duckdb.DuckDBPyConnection, what: str, of: str) -> tuple[object, ...]:
    """Something asked of the answer to a question."""
    sql = f"with answer as ({BOOK[of].sql.strip().rstrip(';')}) select {what} from answer"
    return connection.execute(sql).fetchone()


@pytest.mark.parametrize("place", BOOK)
def test_the_query_runs_as_it_stands_and_answers(warehouse: duckdb.DuckDBPyConnection, place: str) -> None:
    answer = warehouse.execute(BOOK[place].sql)
    columns = [column[0] for column in answer.description]
    rows = answer.fetchall()
    assert len(set(columns)) == len(columns) > 1
    assert (place in EMPTY) == (not rows)
    silent = {name for n, name in enumerate(columns) if rows and all(row[n] is None for row in rows)}
    assert silent == SILENT.get(place, set())


def test_a_query_of_what_is_not_there_is_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The extractor hands on what the page says, not what would run."""
    page = "## A\n\n*Q?*\n\nProduct `secondary_use`, to plan.\n\n"
    page += "```sql\nselect no_such from wsic.metric;\n```\n\n"
    (question,) = questions_of("a.md", page + "**Columns.** C.\n\n**Beware.** B.\n")
    with pytest.raises(duckdb.BinderException, match="no_such"):
        warehouse.execute(question.sql)


@pytest.mark.parametrize("place", CHECKS)
def test_the_answer_agrees_with_another_way_to_it(warehouse: duckdb.DuckDBPyConnection, place: str) -> None:
    what, otherwise = CHECKS[place]
    expected = warehouse.execute(otherwise).fetchone()
    assert asked(warehouse, what, place) == pytest.approx(expected, abs=1 if "gbp" in what else 0)


def test_a_join_that_doubles_people_is_seen(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "people.md#segments-tonight"
    twice = "(table wsic.population_segment union all table wsic.population_segment) as segment"
    wrong = BOOK[place].sql.replace("wsic.population_segment as segment", twice)
    monkeypatch.setitem(BOOK, place, replace(BOOK[place], sql=wrong))
    (people,) = asked(warehouse, CHECKS[place][0], place)
    assert (people / 2,) == warehouse.execute(CHECKS[place][1]).fetchone()


def test_nearly_every_answer_has_another_way_to_it() -> None:
    assert set(BOOK) - set(CHECKS) - RECOUNTED == {"trust.md#feeds-of-the-night"}, "it lists a table as it is"
    assert set(CHECKS) <= set(BOOK)


def month_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where that has fewer days."""
    first = date(day.year + (day.month - 1 - months) // 12, (day.month - 1 - months) % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return min(last, first + timedelta(days=day.day - 1))


def test_readmissions_after_the_first_week_are_those_counted_one_by_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    columns = "person_key, inpatient_spell_group, admitted_on, discharged_on, is_emergency"
    query = f"select {columns}, patient_classification, discharge_method from core.hospital_spell"
    stays = defaultdict(list)
    for person, group, *spell in warehouse.execute(query).fetchall():
        stays[person, group].append(spell)
    begun = defaultdict(list)
    for (person, group), spells in stays.items():
        first = min(spells, key=lambda spell: spell[0])
        if all(spell[1] for spell in spells) and first[2] and first[3] in ("1", "2", "5"):
            begun[person].append((group, first[0]))
    n_stays = n_readmitted = 0
    for (person, group), spells in stays.items():
        is_emergency = group in {other for other, _ in begun[person]}
        if not is_emergency or any(spell[4] in ("4", "5") for spell in spells):
            continue
        left = max(spell[1] for spell in spells)
        after = [(day - left).days for other, day in begun[person] if other != group and day >= left]
        soon = min((days for days in after if days <= 29), default=30)
        if month_before(AS_OF, 13) <= left <= AS_OF - timedelta(days=30) and soon >= 7:
            n_stays, n_readmitted = n_stays + 1, n_readmitted + (soon < 30)
    assert asked(warehouse, "sum(stays), sum(readmitted_day_7_to_29)", READMISSIONS) == (
        n_stays,
        n_readmitted,
    )
    assert n_stays > n_readmitted > 0


def test_follow_up_of_mental_health_discharges_is_that_counted_one_by_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    query = "select person_key, activity_type, start_at::date, end_at::date, is_attended from core.activity"
    rows = warehouse.execute(query + " where setting = 'mental_health'").fetchall()
    seen = defaultdict(set)
    for person, kind, day, _, attended in rows:
        if kind == "mental_health_contact" and attended:
            seen[person].add(day)
    ended = [(person, end) for person, kind, _, end, _ in rows if kind == "mental_health_spell" and end]
    counted = [(p, end) for p, end in ended if month_before(AS_OF, 13) <= end < month_before(AS_OF, 1)]
    within = [
        sum(any(end + timedelta(days=n) in seen[p] for n in range(1, days + 1)) for p, end in counted)
        for days in (3, 7)
    ]
    what = "sum(discharges), sum(seen_within_3_days), sum(seen_within_7_days)"
    assert asked(warehouse, what, FOLLOW_UP) == (len(counted), *within)
    assert counted


@pytest.fixture(scope="module")
def served(built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the product lies where the documentation looks for it."""
    folder = tmp_path_factory.mktemp("served")
    product = folder / "data" / "published" / "secondary_use"
    parquet = product / "parquet" / "current"
    parquet.mkdir(parents=True)
    shutil.copy(built.database, product / "current.duckdb")
    with duckdb.connect(str(product / "current.duckdb")) as connection:
        connection.execute("update audit.run set outcome = 'published'")  # as publishing does
        for table in ("wsic.metric", "wsic.population_segment"):
            copied = f"copy {table} to '{parquet}/{table}.parquet' (format parquet, compression zstd)"
            connection.execute(copied)
    return folder


def test_every_other_sql_of_the_documentation_runs(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(served)
    found = [(page.name, sql) for page in PAGES for sql in blocks(page, "sql")]
    assert {name for name, _ in found} >= {"README.md", "history.md", "money.md", "quick-look.md"}
    for name, sql in found:
        database = ":memory:" if "attach " in sql else "data/published/secondary_use/current.duckdb"
        with duckdb.connect(database, read_only=database != ":memory:") as connection:
            answer = connection.execute(sql).fetchone()
            assert answer or name == "history.md", "of the night it asks for this history does not tell yet"


def test_the_python_of_the_documentation_runs(served: Path) -> None:
    heredocs = re.compile(r"^python - <<'SQL'\n(.*?)^SQL$", re.MULTILINE | re.DOTALL)
    snippets = [code for page in PAGES for code in blocks(page, "python")]
    snippets += [code for page in PAGES for shell in blocks(page, "sh") for code in heredocs.findall(shell)]
    assert len(snippets) >= 3
    for code in snippets:
        command = [sys.executable, "-W", "error", "-c", code]
        done = subprocess.run(command, cwd=served, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


def r_lacks(code: str) -> str:
    """What this machine lacks to run a block of R; nothing where it has everything."""
    clients = ["Rscript", *(["duckdb"] if 'system2("duckdb"' in code else [])]
    if missing := [client for client in clients if shutil.which(client) is None]:
        return f"not installed: {', '.join(missing)}"
    packages = {loaded or named for loaded, named in re.findall(r"library\((\w+)\)|(\w+)::", code)}
    lacking = "for (p in commandArgs(TRUE)) if (!requireNamespace(p, quietly = TRUE)) cat(p, '')"
    command = ["Rscript", "-e", lacking, *sorted(packages)]
    missing = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return f"R has no package {', '.join(missing)}" if missing else ""


@pytest.mark.parametrize("place", range(3), ids=("duckdb", "arrow", "client"))
def test_the_r_of_the_documentation_runs(served: Path, place: int) -> None:
    found = [code for page in PAGES for code in blocks(page, "r")]
    assert len(found) == 3
    if lacking := r_lacks(found[place]):
        pytest.skip(lacking)
    command = ["Rscript", "-e", found[place]]
    done = subprocess.run(command, cwd=served, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Mostly healthy adults" in done.stdout

"""How far the feeds behind each metric reach, worked out a second time: of a whole night and of a poor one.

The senders of the made-up night all came whole. So a copy of it is made to lack something of every kind, the
models that judge are run on it again, and both are held against ``tests/recomputed/coverage.sql``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline.warehouse import dbt
from tests.recomputed.coverage import compare

JUDGING = ("bridge_person_source", "fct_metric_coverage", "metric")
BEGUN = "2025-02-10"
# A council that begins late, in what it writes and in what the warehouse made of it.
BEGINNINGS = {"encounters": "start_at", "service_requests": "authored_on", "episodes_of_care": "start_on"}
# One that has never sent, but knows the people of one borough; hospitals whose last extract is old.
FEEDS = (
    "(select * replace (if(source = 'acute', date '2026-02-10', last_extract_on) as last_extract_on) "
    "from told) union all by name "
    "(select any_value(run_id) as run_id, 'social_care' as source, '316' as sender from told)"
)
KNOWN = (
    "select told.* replace (if(told.source = 'social_care' and local_authority_code = 'E09000009', '316', "
    "told.sender) as sender) from told left join read_parquet('{folder}/gp__patients.parquet') as patients "
    "on told.person_key = patients.person_key"
)
# Refused and not sent again; owed, as a peer sent it; refused, and told again by the next.
EXTRACTS = (
    ("gp", "EMIS01", "made_up", "2025-05-31", "gp.csv", "landed"),
    ("gp", "EMIS01", "made_up", "2025-06-30", "GP.csv", "refused"),
    *(("acute", "R1K", "sus", "2025-07-31", name, "landed") for name in ("a", "b")),
    *(("acute", "RQM", "sus", day, name, "landed") for day in ("2025-07-31", "2025-08-31") for name in "ab"),
    ("acute", "R1K", "sus", "2025-08-31", "a", "landed"),
    ("social_care", "304", "cld", "2025-09-30", "services.csv", "landed"),
    ("social_care", "304", "cld", "2025-10-31", "services.csv", "refused"),
    ("social_care", "304", "cld", "2025-11-30", "services.csv", "landed"),
)


@pytest.fixture(scope="module")
def lacking(built, pseudonymised: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of a night that lacks much, and the warehouse as it judges that night."""
    work = tmp_path_factory.mktemp("lacking")
    folder = Path(shutil.copytree(pseudonymised, work / "rows"))
    with duckdb.connect() as connection:
        for entity, began in BEGINNINGS.items():
            _rewrite(connection, folder, f"social_care__{entity}", f"from told where {began} >= '{BEGUN}'")
        _rewrite(connection, folder, "ledger__feeds", FEEDS)
        _rewrite(connection, folder, "person_sources", KNOWN.format(folder=folder))
        rows = ", ".join(f"{extract}" for extract in EXTRACTS)
        names = "source, sender, format, extract_date, file_name, outcome"
        more = f"select * replace (extract_date::date as extract_date) from (values {rows}) as sent ({names})"
        _rewrite(connection, folder, "ledger__files", f"from told union all by name ({more})")
    database = Path(shutil.copy(built.database, work / built.database.name))  # its views name it
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"delete from marts.fct_activity where source = 'social_care' and start_at < '{BEGUN}'"
        )
    environ = dbt.environment(
        pseudonymised=folder, warehouse=database, product="secondary_use", memory_limit="2GB", home=work,
        threads=1,
    )  # fmt: skip
    shutil.copytree(built.database.parent / "target", work / "target")
    assert dbt.run(["run", "--select", *JUDGING], environ=environ, work=work) == 0
    return folder, database


def _rewrite(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, query: str) -> None:
    path = folder / f"{name}.parquet"
    connection.execute(f"create or replace temp table told as from read_parquet('{path}')")
    connection.execute(f"copy ({query}) to '{path}' (format parquet)")


def test_every_coverage_is_what_its_definition_says(built, pseudonymised: Path) -> None:
    found = compare(pseudonymised, built.database)
    assert found.differing == []
    assert sum(found.counted.values()) > 5_000


def test_so_it_is_of_a_night_that_lacks_something_of_every_kind(lacking: tuple[Path, Path]) -> None:
    found = compare(*lacking)
    assert found.differing == []
    assert min(found.counted.get(word, 0) for word in ("complete", "partial", "missing")) > 500


@pytest.mark.parametrize(
    ("metric_id", "area_code", "month", "coverage"),
    [
        ("long_term_social_care_65_plus", "E09000005", "2025-01-01", "missing"),
        ("long_term_social_care_65_plus", "E09000005", "2025-02-01", "partial"),
        ("long_term_social_care_65_plus", "E09000005", "2025-03-01", "complete"),
        ("long_term_social_care_65_plus", "E09000005", "2025-10-01", "complete"),
        ("long_term_social_care_65_plus", "E09000005", "2025-06-01", "partial"),
        ("long_term_social_care_65_plus", "E09000009", "2025-03-01", "missing"),
        ("long_term_social_care_65_plus", "system", "2025-03-01", "partial"),
        ("total_bed_days", "E09000009", "2025-03-01", "complete"),
        ("total_bed_days", "E09000009", "2025-08-01", "partial"),
        ("total_bed_days", "E09000009", "2026-01-01", "complete"),
        ("total_bed_days", "E09000009", "2026-02-01", "partial"),
        ("total_bed_days", "E09000009", "2026-03-01", "missing"),
    ],
)
def test_what_each_lack_leaves(
    lacking: tuple[Path, Path], metric_id: str, area_code: str, month: str, coverage: str
) -> None:
    with duckdb.connect(str(lacking[1]), read_only=True) as connection:
        found = connection.execute(
            "select distinct coverage from wsic.metric where metric_id = ? and area_code = ? "
            "and period_type = 'month' and period_start = ?",
            [metric_id, area_code, month],
        ).fetchall()
    assert found == [(coverage,)]


def test_the_comparison_sees_a_single_wrong_coverage(built, pseudonymised: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copy(built.database, tmp_path / "wrong.duckdb"))
    with duckdb.connect(str(copied)) as connection:
        one = "metric_id = 'total_bed_days' and area_code = 'E84003' and period_start = '2025-07-01'"
        connection.execute(f"update wsic.metric set coverage = 'missing' where {one}")
    found = compare(pseudonymised, copied).differing
    assert found == [
        ("total_bed_days", "month 2025-07-01", "practice", "E84003", "missing", "complete"),
    ]

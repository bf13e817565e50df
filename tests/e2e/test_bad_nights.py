"""Whole nights of bad input: a failing feed leaves the others published; nothing is lost, nothing told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.run import lock, open_run, run_nightly, steps
from pipeline.settings import PRODUCTS
from tests import bad_nights as planted
from tests.bad_nights import BAD, GOOD, MENDED, Nights, wsic
from tests.markers import values_after_the_wall

pytestmark = pytest.mark.long

METRIC = "emergency_admissions"


def split(path: str) -> tuple[str, str, str, str]:
    """(source, sender, date, file name) of a planted file."""
    source, sender, day, name = path.split("/")
    return source, sender, day, name


# -- how the nights ended --------------------------------------------------------------------------


def test_a_night_is_published_though_feeds_failed(nights: Nights) -> None:
    assert [nights.said[night].returncode for night in (GOOD, BAD)] == [0, 0], nights.said[BAD].stderr
    assert {row["product"]: row["this_run"] for row in nights.summary(BAD)["products"]} == {
        "direct_care": "published", "secondary_use": "published", "open": "published",
    }  # fmt: skip


def test_each_feed_says_how_it_went(nights: Nights) -> None:
    outcomes = {f"{row['source']}/{row['sender']}": row["outcome"] for row in nights.summary(BAD)["feeds"]}
    failed = {feed for feed, outcome in outcomes.items() if outcome in ("refused", "missing")}
    broken = (planted.EMPTY_FILE, planted.MISSING_COLUMN, planted.UNKNOWN_COLUMN)
    assert failed == {"/".join(path.split("/")[:2]) for path in broken} | {
        planted.MISSING_FEED, planted.WRONG_TOTALS
    }  # fmt: skip
    assert outcomes[planted.MISSING_FEED] == "missing"
    landed = {"gp/YGE01", "gp/YGT01", "acute/RAS", "community/RYX", planted.UNKNOWN_CODE, planted.FHIR_FEED}
    assert {outcomes[feed] for feed in landed} == {"landed"}


# -- what the bad night says of each fault ---------------------------------------------------------

REFUSED_FILES = {
    planted.EMPTY_FILE: "empty_file",
    planted.MISSING_COLUMN: "missing_column",
    planted.UNKNOWN_COLUMN: "unknown_column",
    f"{planted.WRONG_TOTALS}/{BAD}/CLD.csv": "control_total_rows",
}
REFUSED_ROWS = {
    planted.TRUNCATED: ("wrong_field_count", ""),
    planted.WRONG_ENCODING: ("invalid_encoding", ""),
    planted.WRONG_FIELDS: ("wrong_field_count", ""),
    planted.IMPOSSIBLE_DATE: ("malformed_date", "EffectiveDate"),
    f"{planted.UNKNOWN_CODE}/{BAD}/CLD.csv": ("unknown_code", "Event Type"),
}
MARKED_ROWS = (planted.WRONG_ENCODING, planted.WRONG_FIELDS)


@pytest.fixture(scope="module")
def listed(nights: Nights) -> list[dict[str, object]]:
    """What ``wsic quarantine list --json`` shows."""
    return nights.quarantine


@pytest.mark.parametrize(("path", "rule"), REFUSED_FILES.items())
def test_a_refused_file_is_listed_with_its_rule(nights: Nights, listed, path: str, rule: str) -> None:
    entry = _entry(listed, path, rule)
    assert (entry["outcome"], entry["severity"]) == ("refused", "file")
    found = _file_outcome(nights, path)
    assert [row[0] for row in found] == ["refused"]
    assert found[0][1:] == (entry["rows"], 0, entry["rows"])


@pytest.mark.parametrize(("path", "expected"), REFUSED_ROWS.items())
def test_a_refused_row_is_listed_with_its_rule_and_column(nights, listed, path, expected) -> None:
    rule, column = expected
    entry = _entry(listed, path, rule)
    assert (entry["outcome"], entry["column_name"], entry["rows"]) == ("landed", column, 1)
    ((outcome, rows_in, landed, quarantined),) = _file_outcome(nights, path)
    assert (outcome, quarantined, landed) == ("landed", 1, rows_in - 1)


def _entry(listed: list[dict[str, object]], path: str, rule: str) -> dict[str, object]:
    place = split(path)
    (entry,) = [
        row
        for row in listed
        if (row["source"], row["sender"], row["extract_date"], row["file_name"]) == place
        and row["rule_id"] == rule
    ]
    return entry


def _file_outcome(nights: Nights, path: str) -> list[tuple[object, ...]]:
    """(outcome, rows in, landed, quarantined) as the bad night published them."""
    return nights.ask(
        "secondary_use", BAD,
        "select outcome, rows_in, rows_landed, rows_quarantined from audit.file_outcome "
        "where source = ? and sender = ? and extract_date = ?::date and file_name = ?",
        *split(path),
    )  # fmt: skip


def test_of_a_key_that_came_twice_one_row_counts(nights: Nights) -> None:
    source, sender, day, name = split(planted.DUPLICATE_KEY)
    statement = """
        select s.rows_superseded, r.rows
        from file f join stage s using (file_id) join file_rule r using (file_id)
        where f.source = ? and f.sender = ? and f.extract_date = ? and f.file_name = ?
            and s.run_id = ? and s.stage = 'current' and r.rule_id = 'duplicate_key'"""
    (found,) = nights.ledger.query(statement, (source, sender, day, name, planted.RUNS[BAD]))
    assert found["rows"] == 1
    assert found["rows_superseded"] >= 1


@pytest.mark.parametrize("night", [GOOD, BAD, MENDED])
@pytest.mark.parametrize("product", PRODUCTS)
def test_the_accounts_balance_on_every_night(nights: Nights, product: str, night) -> None:
    if (product, night) == ("secondary_use", MENDED):
        assert not nights.version(product, night).exists()
        return
    counted = "select count(*), count(*) filter (is_balanced is distinct from true) from audit.reconciliation"
    ((stages, unbalanced),) = nights.ask(product, night, counted)
    assert stages > 100
    assert unbalanced == 0


def test_a_file_that_is_left_out_is_missed_by_name(nights: Nights) -> None:
    source, sender, day, name = split(planted.ABSENT_FILE)
    said = [row["message"] for row in nights.summary(BAD)["feeds"] if row["sender"] == sender]
    assert said == [f"{day}/{name}: did not come with the others"], source


def test_the_coverage_of_failed_feeds_is_marked(nights: Nights) -> None:
    query = "select source || '/' || sender, coverage from quality.feed_coverage where as_of = ?"
    marked = {feed for feed, word in nights.ask("direct_care", BAD, query, BAD) if word == "partial"}
    refused = {"acute/R1K", "acute/RQM", "acute/RYJ", planted.WRONG_TOTALS}
    absent = "/".join(split(planted.ABSENT_FILE)[:2])
    assert marked == refused | {planted.MISSING_FEED, absent}
    after = dict(nights.ask("direct_care", MENDED, query, MENDED))
    assert {after[feed] for feed in refused - {planted.WRONG_TOTALS}} == {"complete"}
    # The council has not sent its totals right yet: what it lacks, it lacks the night after too.
    assert after[planted.WRONG_TOTALS] == "partial"


@pytest.mark.parametrize(("night", "coverage"), [(GOOD, "complete"), (BAD, "partial"), (MENDED, "complete")])
def test_metrics_behind_a_refused_file_are_marked_until_it_is_mended(nights, night, coverage) -> None:
    """The other files of those trusts came, so their feed is not late: only what was refused is lacking."""
    query = (
        "select distinct coverage from wsic.metric "
        "where metric_id = ? and period_end = ? and area_type = 'system' and group_type = 'all'"
    )
    assert nights.ask("direct_care", night, query, METRIC, night) == [(coverage,)]


def test_no_word_of_a_bad_row_comes_out_anywhere(nights: Nights, listed) -> None:
    """In no output, report or log, and in no zone after the wall."""
    entries = [_entry(listed, path, REFUSED_ROWS[path][0]) for path in MARKED_ROWS]
    shown = [nights.wsic("quarantine", "show", str(entry["file_id"])).stdout for entry in entries]
    said = [text for done in nights.said.values() for text in (done.stdout, done.stderr)]
    told = [json.dumps(listed), nights.wsic("runs", planted.RUNS[BAD]).stdout, *shown]
    assert all(told)
    assert not [text for text in (*said, *told) if planted.MARKER in text]
    # What is published is copied from the warehouse.
    searched = values_after_the_wall(nights.home, ("pseudonymised", "warehouse", "audit"))
    assert {where for where, text in searched if planted.MARKER in text} == set()


# -- deltas, deletes, re-sends ---------------------------------------------------------------------


def test_a_row_that_a_trust_takes_back_is_gone(nights: Nights) -> None:
    statement = """
        select f.extract_date, s.rows_in, s.rows_out, s.rows_superseded
        from file f join stage s using (file_id)
        where f.sender = 'RAS' and f.file_name = 'ECDS.csv' and s.run_id = ? and s.stage = 'current'
        order by f.extract_date"""
    before, deleted = nights.ledger.query(statement, (planted.RUNS[BAD],))
    assert (deleted["rows_in"], deleted["rows_out"], deleted["rows_superseded"]) == (1, 0, 1)
    assert before["rows_superseded"] == 1
    counted = (
        "select count(*) from core.activity where sender = 'RAS' and activity_type = 'emergency_attendance'"
    )
    ((good,),) = nights.ask("direct_care", GOOD, counted)
    ((bad,),) = nights.ask("direct_care", BAD, counted)
    assert bad in (good - 1, good)  # equal where that person is in no product
    assert good > 0


def test_an_update_takes_the_place_of_what_it_updates(nights: Nights) -> None:
    query = """
        select count(*) filter (spell_hrg = 'WH09C'), count(*) from core.hospital_spell
        where provider_code = 'RAS'"""
    ((before, spells),) = nights.ask("direct_care", GOOD, query)
    ((after, spells_after),) = nights.ask("direct_care", BAD, query)
    assert (before, after) == (0, 1)
    assert spells_after == spells


@pytest.mark.parametrize("later", [BAD, MENDED])
def test_a_person_keeps_their_key_from_night_to_night(nights: Nights, later) -> None:
    """Of every activity that both nights publish it is the same person, unless nobody knew who it was.

    A record that came without a number is a person of its own, until a later extract brings the number.
    """
    query = "select activity_key, person_key from core.activity"
    first, second = (dict(nights.ask("direct_care", night, query)) for night in (GOOD, later))
    shared = first.keys() & second.keys()
    assert len(shared) > 0.95 * len(first) > 1000
    steps_of = "select link_step from core.person_source where person_key in (select unnest(?))"
    moved = {first[key] for key in shared if first[key] != second[key]}
    assert {step for (step,) in nights.ask("direct_care", GOOD, steps_of, [*moved])} <= {"unmatched"}
    assert len(moved) < 5
    people = "select person_key from core.person"
    before, after = (set(nights.ask("direct_care", night, people)) for night in (GOOD, later))
    assert len(before & after) > 0.97 * len(before)


def test_two_products_of_one_night_share_no_key(nights: Nights) -> None:
    query = "select activity_key, person_key from core.activity"
    keys = [{key for row in nights.ask(name, BAD, query) for key in row} for name in PRODUCTS]
    assert not keys[0] & keys[1]


@pytest.mark.parametrize("path", [planted.EMPTY_FILE, planted.MISSING_COLUMN, planted.UNKNOWN_COLUMN])
def test_a_file_sent_again_right_brings_its_rows(nights: Nights, path: str) -> None:
    query = (
        "select run_id, outcome, rows_landed, file_id from audit.file_outcome "
        "where source = ? and sender = ? and extract_date = ?::date and file_name = ? order by run_id"
    )
    refused, mended = nights.ask("direct_care", MENDED, query, *split(path))
    assert (refused[0], refused[1]) == (planted.RUNS[BAD], "refused")
    assert (mended[0], mended[1], mended[2]) == (planted.RUNS[MENDED], "landed", 4)
    used = "select count(*) from core.activity where source_file_id = ?"
    ((rows,),) = nights.ask("direct_care", MENDED, used, mended[3])
    assert rows > 0


def test_a_feed_that_comes_back_is_whole_again(nights: Nights) -> None:
    feeds = {f"{row['source']}/{row['sender']}": row["outcome"] for row in nights.summary(MENDED)["feeds"]}
    assert feeds[planted.MISSING_FEED] == "unchanged"
    query = "select count(*) from core.person_source where source || '/' || sender = ?"
    counts = [nights.ask("direct_care", night, query, planted.MISSING_FEED) for night in (GOOD, BAD, MENDED)]
    assert counts[0] == counts[1] == counts[2] != [(0,)]  # it kept its last good state while it was away


def test_landing_and_linking_the_night_again_changes_nothing(nights: Nights, tmp_path: Path) -> None:
    """On a copy, so that the other tests keep their last run."""
    home = tmp_path / "home"
    for zone in ("landing", "fhir", "quarantine", "identity", "audit", "keys"):
        shutil.copytree(nights.home / zone, home / zone)
    before = _rows(home)
    settings = Nights(tmp_path).settings
    run = open_run(settings, extracts=nights.extracts, as_of=MENDED, held_by="process")
    for feed in steps.list_feeds(run):
        steps.land_feed(run, feed)
    steps.link(run)
    lock.release(settings, run.ledger, run_id=run.run_id)
    assert _rows(home) == before
    assert len(before) > 50


def _rows(home: Path) -> dict[str, tuple[object, ...]]:
    """File -> number of rows and a hash over them, of all FHIR tables and the links."""
    import duckdb

    links = home / "exported.parquet"
    wsic(home, "link", "export", "--out", str(links)).check_returncode()
    files = [*sorted((home / "fhir").rglob("*.parquet")), links]
    counted = "select count(*), sum(hash(t)::hugeint) from read_parquet(?, hive_partitioning = false) as t"
    return {
        str(path.relative_to(home)): duckdb.execute(counted, [str(path)]).fetchone() or () for path in files
    }


# -- gates -----------------------------------------------------------------------------------------


def test_without_a_valid_reply_only_secondary_use_and_what_is_made_of_it_stay(nights: Nights) -> None:
    assert nights.said[MENDED].returncode == 4
    ended = {row["product"]: row["this_run"] for row in nights.summary(MENDED)["products"]}
    assert ended == {"direct_care": "published", "secondary_use": "not published", "open": "refused"}
    assert "secondary_use needs a national opt-out reply" in nights.said[MENDED].stderr
    for product, night in (("direct_care", MENDED), ("secondary_use", BAD), ("open", BAD)):
        current = nights.home / "published" / product / "current.duckdb"
        assert current.resolve() == nights.version(product, night).resolve(), product


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--extracts", "{extracts}", "--as-of", "31/03/2026"),
        ("run", "--extracts", "{extracts}/nowhere", "--as-of", "2026-03-31"),
        ("run", "--extracts", "{extracts}", "--as-of", "2026-03-31", "--source", "dentist"),
        ("run", "--extracts", "{extracts}"),
        ("publish", "rollback", "marketing"),
    ],
)
def test_a_command_called_wrongly_ends_with_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = wsic(tmp_path / "home", *(word.format(extracts=tmp_path) for word in arguments))
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_night_without_any_input_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "extracts").mkdir()
    done = wsic(
        tmp_path / "home", "run", "--extracts", str(tmp_path / "extracts"), "--as-of", str(GOOD), "--json"
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "no feed could be used" in done.stderr
    assert {row["outcome"] for row in json.loads(done.stdout)["feeds"]} == {"missing"}


def test_production_with_a_development_key_ends_with_5(nights: Nights, tmp_path: Path) -> None:
    shutil.copytree(nights.home / "keys", tmp_path / "home" / "keys")
    asked = ("run", "--extracts", str(nights.extracts), "--as-of", str(GOOD))
    for home in (tmp_path / "home", tmp_path / "clean"):
        done = wsic(home, *asked, WSIC_ENV="production")
        assert done.returncode == 5, done.stdout + done.stderr
    assert not (tmp_path / "clean" / "keys" / "root.key").exists()


def test_a_second_run_beside_a_living_one_ends_with_6(tmp_path: Path) -> None:
    here = Nights(tmp_path)
    here.extracts.mkdir()
    with lock.held(here.settings, _ledger(here), doing="20260329-001"):
        done = here.wsic("run", "--extracts", str(here.extracts), "--as-of", str(GOOD))
    assert done.returncode == 6, done.stdout + done.stderr
    assert "20260329-001 holds the lock" in done.stderr
    # Once it is released the next run gets it, and finds nothing to load.
    _, outcome = run_nightly(here.settings, extracts=here.extracts, as_of=GOOD)
    assert outcome.exit_code == 3


def _ledger(nights: Nights):
    from pipeline.run import open_ledger

    return open_ledger(nights.settings)

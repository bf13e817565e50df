"""What every release told is known to the next one, whatever became of its files, or the next is refused."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline import audit_log
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.open_product import told
from pipeline.run import check_served
from pipeline.settings import OPEN_PRODUCT
from tests.open_nights import TWO_OF_NINE, Nights, hide_behind_the_other
from tests.product_fixture import no_leaks, run_sql

FIRST, SECOND, THIRD = "20260331-001", "20260401-001", "20260402-001"
Spoil = Callable[[Nights], None]


@pytest.fixture(scope="module")
def one_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one release is out; the next night's figures are the same."""
    nights = Nights(tmp_path_factory.mktemp("release") / "home")
    nights.prepare(FIRST, TWO_OF_NINE)
    nights.publish(FIRST)
    nights.prepare(SECOND, TWO_OF_NINE)
    return nights.settings.home


@pytest.fixture
def nights(one_release: Path, tmp_path: Path) -> Nights:
    """A copy of that home."""
    return Nights(shutil.copytree(one_release, tmp_path / "home", symlinks=True))


def _cells(nights: Nights, number: int = 1) -> Path:
    return told.folder(nights.settings) / f"{number:06d}.parquet"


def _take_off_the_shelf(nights: Nights, run_id: str = FIRST) -> None:
    shutil.rmtree(nights.zones.published(OPEN_PRODUCT))
    assert not (nights.zones.published(OPEN_PRODUCT) / "versions" / f"{run_id}.duckdb").exists()


def _in_ledger(nights: Nights, statement: str, *values: object) -> None:
    with nights.ledger.transaction() as connection:
        connection.execute(statement, values)


def _alter(path: Path) -> None:
    """A hidden cell is no longer known to be hidden, as if somebody wrote the file anew."""
    with duckdb.connect() as connection:
        connection.execute(f"create table cell as select * replace (0 as shown) from '{path}'")
        connection.execute(f"copy cell to '{path}' (format parquet)")


def _alter_with_digest(nights: Nights) -> None:
    _alter(_cells(nights))
    digest = audit_log.file_sha256(_cells(nights))
    _in_ledger(nights, "update released_cells set sha256 = ? where number = 1", digest)


def _as_if_of_before(nights: Nights) -> None:
    """As a home of before cells were kept: on the shelf, in the ledger's publications and in the log only."""
    _in_ledger(nights, "delete from released_cells")
    shutil.rmtree(told.folder(nights.settings))


def test_what_a_release_told_is_kept_where_nobody_else_may_look(nights: Nights) -> None:
    path = _cells(nights)
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)]
    assert modes == [0o600, 0o700]
    (row,) = nights.ledger.query("select run_id, sha256 from released_cells")
    (entry,) = audit_log.entries(nights.settings, act="product_published")
    assert row == {"run_id": FIRST, "sha256": audit_log.file_sha256(path)}
    assert entry.details[told.DETAIL] == row["sha256"]
    with duckdb.connect() as connection:
        hidden, shown = connection.execute(
            f"select count(*) filter (shown is null), count(shown) from '{path}'"
        ).fetchone()  # type: ignore[misc]
    assert hidden > 0 and shown > 0


def test_what_was_told_before_is_not_kept_twice(nights: Nights) -> None:
    nights.publish(SECOND)
    with duckdb.connect() as connection:
        assert connection.execute(f"select count(*) from '{_cells(nights, 2)}'").fetchone() == (0,)


@pytest.mark.parametrize(
    "spoil",
    [lambda nights: None, _take_off_the_shelf, _as_if_of_before],
    ids=["kept", "no_file", "older_home"],
)
def test_a_release_is_compared_with_whatever_became_of_its_version(
    spoil: Spoil, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(nights)
    hide_behind_the_other(monkeypatch)
    with pytest.raises(ChecksRefusedError, match=r"published\.disclosure\.not_differenced: 1 of"):
        nights.publish(SECOND)


def test_without_the_cells_of_before_the_difference_would_be_published(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests around this one rest on: it is the comparing that refuses, and nothing else."""
    monkeypatch.setattr("pipeline.open_product.release.told_before", lambda *_: [])
    hide_behind_the_other(monkeypatch)
    nights.publish(SECOND)


SPOILED: dict[str, tuple[Spoil, str]] = {
    "file_removed": (lambda nights: _cells(nights).unlink(), f"release {FIRST} showed .*: the file is gone"),
    "file_altered": (lambda nights: _alter(_cells(nights)), f"release {FIRST} .*: the file was changed"),
    "file_and_ledger_altered": (_alter_with_digest, f"release {FIRST} .*the audit log has another digest"),
    "row_and_version_removed": (
        lambda nights: (_in_ledger(nights, "delete from released_cells"), _take_off_the_shelf(nights)),
        f"release {FIRST} was published, its cells are not kept, and its version .* is not there",
    ),
    "all_of_the_ledger_and_the_version_removed": (
        lambda nights: (
            _in_ledger(nights, "delete from released_cells"), _take_off_the_shelf(nights),
            _in_ledger(nights, "delete from publication where product = 'open'"),
        ),
        f"release {FIRST} was published, its cells are not kept, and its version .* is not there",
    ),
    "row_removed_and_version_altered": (
        lambda nights: (
            _in_ledger(nights, "delete from released_cells"),
            _version(nights).chmod(0o600),
            run_sql(_version(nights), "update open.metric set numerator = 0"),
        ),
        f"release {FIRST} .* is not the file that the audit log has",
    ),
    "version_of_an_older_form": (
        lambda nights: (
            _as_if_of_before(nights),
            _version(nights).chmod(0o600),
            run_sql(_version(nights), "alter table open.metric drop column period_type"),
            _forget_in_log(nights),
        ),
        r"was made by earlier code, without open\.metric\.period_type",
    ),
}  # type: ignore[dict-item]  # fmt: skip


def _version(nights: Nights) -> Path:
    return nights.zones.published(OPEN_PRODUCT) / "versions" / f"{FIRST}.duckdb"


def _forget_in_log(nights: Nights) -> None:
    """A log that was begun after the release."""
    shutil.rmtree(nights.zones.audit / "closed", ignore_errors=True)
    for name in ("log.jsonl", "checkpoints.jsonl", "log.pub"):
        (nights.zones.audit / name).unlink(missing_ok=True)
    _in_ledger(nights, "delete from audit_head")


@pytest.mark.parametrize(("spoil", "says"), SPOILED.values(), ids=SPOILED)
def test_a_release_that_cannot_be_compared_with_refuses_the_next(
    spoil: Spoil, says: str, nights: Nights
) -> None:
    spoil(nights)
    with pytest.raises(ChecksRefusedError, match=says) as refused:
        nights.publish(SECOND)
    assert "valid: " in str(refused.value)
    outcome = "select outcome from publication where run_id = ? and product = 'open'"
    assert nights.ledger.query(outcome, (SECOND,)) == [{"outcome": "refused"}]


def test_a_row_taken_from_the_middle_is_missed(nights: Nights) -> None:
    nights.publish(SECOND)
    _in_ledger(nights, "delete from released_cells where number = 1")
    nights.prepare(THIRD, TWO_OF_NINE)
    with pytest.raises(ChecksRefusedError, match=r"number 1 showed .*: its row in the ledger is gone"):
        nights.publish(THIRD)


def test_a_release_that_is_lost_for_good_is_given_up_by_name_and_the_log_has_it(nights: Nights) -> None:
    _as_if_of_before(nights)
    _take_off_the_shelf(nights)
    nights.settings = replace(nights.settings, releases_lost=FIRST)
    nights.publish(SECOND)
    *_, entry = audit_log.entries(nights.settings, act="product_published")
    assert entry.details["releases_lost"] == [FIRST]


def test_a_check_compares_too_and_keeps_nothing(nights: Nights) -> None:
    _as_if_of_before(nights)
    results = check_served(nights.settings, OPEN_PRODUCT, scan=no_leaks)
    assert [str(result) for result in results if not result.is_passed] == []
    assert nights.ledger.query("select * from released_cells") == []
    nights.publish(SECOND)
    _cells(nights).unlink()
    with pytest.raises(ChecksRefusedError, match="the file is gone"):
        check_served(nights.settings, OPEN_PRODUCT, scan=no_leaks)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("drop table wsic.area_overlap", r"wsic\.area_overlap\.period_type, "),
        ("alter table wsic.metric drop column numerator_measure", r"wsic\.metric\.numerator_measure, so"),
    ],
)
def test_a_version_of_earlier_code_is_not_checked_and_the_way_on_is_said(
    change: str, names: str, nights: Nights
) -> None:
    run_sql(nights.zones.published("secondary_use") / "versions" / f"{FIRST}.duckdb", change)
    with pytest.raises(UsageError, match=rf"made by earlier code, .*{names}.* wsic run --extracts"):
        check_served(nights.settings, OPEN_PRODUCT, scan=no_leaks)

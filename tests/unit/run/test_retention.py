"""What is over its term goes when asked to, after its entry and with its row; what is held stays."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit_log, publish
from pipeline.errors import SetupError, UsageError
from pipeline.ledger import Ledger
from pipeline.publish.versions import prune, shelf, swap
from pipeline.retention.schedule import KINDS, load_schedule
from pipeline.run import open_run, retention
from pipeline.settings import Settings
from pipeline.zones import Zones

ON = date(2026, 11, 1)
OLD, YOUNG = date(2025, 1, 5), date(2026, 10, 20)
PRODUCT = "direct_care"


class Home:
    """A deployment in which things of every kind lie, old and young."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.settings, self.ledger, self.zones = settings, ledger, Zones(settings.home).create()
        self.files = 0
        for run_id, started in (("20250105-001", OLD), ("20261020-001", YOUNG)):
            row = {"run_id": run_id, "as_of": started.isoformat(), "outcome": "published",
                   "started_at": f"{started}T03:00:00+00:00", "code_version": "x"}  # fmt: skip
            ledger.put("run", [row])

    def received(self, when: date, *, sender: str = "RYJ", name: str = "", refused: bool = False) -> Path:
        """A file received in the run of a day, with a row in quarantine where one was ``refused``."""
        self.files += 1
        file_id, name = f"{self.files:016x}", name or f"APC-{self.files}.csv"
        folder = Path("acute") / sender / "2025-01-04"
        path = self.zones.received / folder / name
        if path.exists():  # as landing does with another content of one name and day
            path = path.with_name(f"{name}.{file_id}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content {self.files}", encoding="utf-8")
        if refused:
            quarantined = self.zones.quarantine / folder / f"{file_id}.parquet"
            quarantined.parent.mkdir(parents=True, exist_ok=True)
            quarantined.write_text("refused rows", encoding="utf-8")
        row = {
            "file_id": file_id, "run_id": f"{when:%Y%m%d}-001", "source": "acute", "sender": sender,
            "extract_date": "2025-01-04", "file_name": name, "format": "sus", "rows_in": 2,
            "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows_landed": 2 - refused,
            "rows_quarantined": int(refused), "outcome": "landed", "received_seq": self.files,
        }  # fmt: skip
        self.ledger.put("file", [row])
        return path

    def version(self, run_id: str, when: date) -> Path:
        """A version of the product, served from now on."""
        place = shelf(self.settings, PRODUCT)
        place.prepare()
        place.parquet(run_id).mkdir()
        path = place.database(run_id)
        path.write_text(run_id, encoding="utf-8")
        age(path, when)
        swap(place.current, Path("versions") / path.name)
        return path

    def log(self, when: date, name: str = "attempt=1.log") -> Path:
        path = self.zones.home / "airflow" / "logs" / "dag_id=nightly_load" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a step ended", encoding="utf-8")
        age(path, when)
        return path

    def destroy(self) -> dict[str, int]:
        return {tally.kind: tally.files for tally in retention.destroy(self.settings, on=ON)}

    def said(self, words: str) -> None:
        """The site's own schedule."""
        path = self.settings.home.parent / "retention.toml"
        path.write_text(words, encoding="utf-8")
        path.chmod(0o600)
        self.settings = replace(self.settings, retention_schedule=path)


def age(path: Path, when: date) -> None:
    at = datetime(when.year, when.month, when.day, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))


def nothing_but(**more: int) -> dict[str, int]:
    return dict.fromkeys(KINDS, 0) | more


@pytest.fixture
def home(settings: Settings, ledger: Ledger) -> Home:
    return Home(settings, ledger)


def acts(home: Home) -> list[audit_log.Entry]:
    return [entry for entry in audit_log.entries(home.settings) if entry.act == "records_destroyed"]


def test_a_plan_changes_nothing(home: Home) -> None:
    lies = [home.received(OLD), home.log(OLD), home.version("20250105-001", OLD)]
    home.version("20261020-001", YOUNG)
    found = {tally.kind: tally.files for tally in retention.plan(home.settings, on=ON)}
    assert found == nothing_but(received=1, version=1, log=1)
    assert all(path.exists() for path in lies)
    assert home.ledger.query("select * from destruction") == []


def test_what_is_over_goes_with_an_entry_a_kind_and_a_row_a_file(home: Home) -> None:
    old, young = home.received(OLD), home.received(YOUNG)
    logs = home.log(OLD), home.log(YOUNG, "attempt=2.log")
    sha256 = hashlib.sha256(old.read_bytes()).hexdigest()
    assert home.destroy() == nothing_but(received=1, log=1)
    assert [path.exists() for path in (old, young, *logs)] == [False, True, False, True]
    assert [(entry.details["kind"], entry.details["files"]) for entry in acts(home)] == [
        ("received", 1), ("log", 1),
    ]  # fmt: skip
    rows = home.ledger.query("select kind, place, file_sha256, kept_since, term_days, state from destruction")
    assert rows == [
        {"kind": "received", "place": str(old.relative_to(home.zones.home)), "file_sha256": sha256,
         "kept_since": OLD.isoformat(), "term_days": 400, "state": "destroyed"},
        {"kind": "log", "place": str(logs[0].relative_to(home.zones.home)), "file_sha256": "",
         "kept_since": OLD.isoformat(), "term_days": 90, "state": "destroyed"},
    ]  # fmt: skip
    assert home.destroy() == nothing_but()
    assert len(acts(home)) == 2


def test_the_day_on_which_a_term_ends_is_still_within_it(home: Home) -> None:
    path = home.log(ON - timedelta(days=90))
    assert home.destroy() == nothing_but()
    age(path, ON - timedelta(days=91))
    assert home.destroy() == nothing_but(log=1)


def test_a_file_whose_rows_wait_in_quarantine_waits_for_them(home: Home) -> None:
    """Its refused rows go by their own term; until then a replay needs the text as received."""
    path = home.received(OLD, refused=True)
    home.said('[[term]]\nkind = "quarantine"\ndays = 900\nwhat = "x"\nwhy = "x"\nsource = "x"\n')
    assert home.destroy() == nothing_but()
    home.said("")
    assert home.destroy() == nothing_but(quarantine=1)
    assert path.exists()
    assert home.destroy() == nothing_but(received=1)


def test_of_two_contents_of_one_name_the_right_one_goes(home: Home) -> None:
    first, second = home.received(YOUNG, name="APC.csv"), home.received(OLD, name="APC.csv")
    assert home.destroy() == nothing_but(received=1)
    assert (first.exists(), second.exists()) == (True, False)
    assert home.destroy() == nothing_but()  # the plain name is not taken for that of the one that went


def test_what_is_served_and_a_month_s_snapshot_stay(home: Home) -> None:
    paths = [home.version(f"2025010{n}-001", OLD) for n in (1, 2, 3)]
    place = shelf(home.settings, PRODUCT)
    swap(place.snapshots / "2026-10.duckdb", Path("..") / "versions" / paths[0].name)
    assert home.destroy() == nothing_but(version=1)
    assert [path.exists() for path in paths] == [True, False, True]
    assert not place.parquet("20250102-001").exists()
    assert place.served() == "20250103-001"


def test_a_snapshot_goes_by_its_month(home: Home) -> None:
    path = home.version("20250103-001", YOUNG)
    place = shelf(home.settings, PRODUCT)
    for month in ("2025-08", "2025-10"):
        swap(place.snapshots / f"{month}.duckdb", Path("..") / "versions" / path.name)
    assert home.destroy() == nothing_but(snapshot=1)
    assert [link.stem for link in place.snapshots.iterdir()] == ["2025-10"]
    assert path.exists()


HOLD = '[[hold]]\nname = "inquiry-7"\nsince = 2026-05-01\nby = "A Lead"\nwhy = "a public inquiry"\n'


@pytest.mark.parametrize(
    ("scope", "stay"),
    [
        ("", {"RYJ", "RAL", "log"}),
        ('senders = ["RYJ"]', {"RYJ", "log"}),
        ('kinds = ["received"]\nsources = ["acute"]', {"RYJ", "RAL"}),
        ('sources = ["gp"]\nkinds = ["received"]', set()),
    ],
)
def test_what_a_hold_keeps_stays(home: Home, scope: str, stay: set[str]) -> None:
    """A thing that has no sender, such as a log, is kept by a hold of any: nobody knows whose it is."""
    lies = {"RYJ": home.received(OLD), "RAL": home.received(OLD, sender="RAL"), "log": home.log(OLD)}
    home.said(HOLD + scope)
    home.destroy()
    assert {name for name, path in lies.items() if path.exists()} == stay
    held = {item.held_by for item in retention.list_over(home.settings, on=ON)}
    assert held == ({"inquiry-7"} if stay else set())


def test_a_hold_keeps_versions_from_being_pruned(home: Home) -> None:
    paths = [home.version(f"2026102{n}-001", YOUNG) for n in range(3)]
    home.settings = replace(home.settings, keep_versions=1)
    home.said(HOLD)
    prune(home.settings, PRODUCT)
    assert all(path.exists() for path in paths)
    home.said("")
    prune(home.settings, PRODUCT)
    assert [path.exists() for path in paths] == [False, False, True]


def test_without_an_entry_in_the_audit_log_nothing_goes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home.received(OLD)

    def refuse(*_: Any, **__: Any) -> None:
        raise SetupError("the audit log cannot be written")

    monkeypatch.setattr(audit_log, "acting", refuse)
    with pytest.raises(SetupError, match="audit log"):
        home.destroy()
    assert path.exists()
    assert home.ledger.query("select * from destruction") == []


def test_after_a_crash_the_next_time_says_what_had_gone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [home.received(OLD), home.received(OLD)]
    remove: Callable[[Path], None] = publish.remove

    def crash(path: Path) -> None:
        if path == paths[1]:
            raise KeyboardInterrupt
        remove(path)

    monkeypatch.setattr(publish, "remove", crash)
    with pytest.raises(KeyboardInterrupt):
        home.destroy()
    states = "select state from destruction order by place"
    assert [row["state"] for row in home.ledger.query(states)] == ["destroyed", "begun"]
    paths[1].unlink()  # it had gone, and its row not been written
    monkeypatch.setattr(publish, "remove", remove)
    assert home.destroy() == nothing_but()
    assert [row["state"] for row in home.ledger.query(states)] == ["destroyed", "destroyed"]


def test_a_served_version_is_never_removed(home: Home) -> None:
    home.version("20250103-001", OLD)
    with pytest.raises(UsageError, match="is being served"):
        publish.remove_version(home.settings, PRODUCT, "20250103-001")


def test_a_folder_of_logs_is_never_a_zone(home: Home) -> None:
    """The audit log and its heads lie in one."""
    term = '[[term]]\nkind = "log"\ndays = 1\nwhat = "x"\nwhy = "x"\nsource = "x"\nfolders = ["{}"]\n'
    for folder in ("audit", "audit/reports", "."):
        home.said(term.format(folder))
        with pytest.raises(SetupError, match="lies in a zone, or holds one"):
            retention.plan(home.settings, on=ON)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("[[term", "is not TOML"),
        ("days = 1", "valid: "),
        (
            '[[term]]\nkind = "vault"\ndays = 1\nwhat = "x"\nwhy = "x"\nsource = "x"',
            "kind 'vault' is not known",
        ),
        ('[[term]]\nkind = "log"\ndays = 0\nwhat = "x"\nwhy = "x"\nsource = "x"', "must be 1 or more"),
        ('[[term]]\nkind = "log"\ndays = "9"', "days must be a whole number"),
        ('[[term]]\nkind = "log"\ndays = 9', "source, what, why must be said"),
        ('[[hold]]\nname = "x"\nsince = "2026-01-01"', "since must be a date"),
        (HOLD + 'kinds = ["papers"]', "valid: log, quarantine"),
        (HOLD + "until = 2027-01-01", "field 'until' is not known"),
    ],
)
def test_a_schedule_that_is_wrong_stops_a_night_before_it_begins(home: Home, words: str, said: str) -> None:
    home.said(words)
    with pytest.raises(SetupError, match=said):
        open_run(home.settings, extracts=home.settings.extracts, as_of=YOUNG, held_by="process")
    assert home.ledger.query("select * from lock") == []


def test_every_kind_has_a_term_with_its_source(settings: Settings) -> None:
    schedule = load_schedule(settings)
    assert set(schedule.terms) == set(KINDS)
    assert all(term.days and term.why and term.source for term in schedule.terms.values())

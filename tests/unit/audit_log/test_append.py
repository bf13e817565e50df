"""An entry is written before its act: chained, on the disk, in the declared form, one writer at a time."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import audit_log
from pipeline.audit_log.files import log_files
from pipeline.errors import SetupError, UsageError
from pipeline.run import open_ledger
from pipeline.settings import Settings
from tests.audit_desk import fill, lines, settings_in

ROOT = Path(__file__).parents[3]

CALLER = {"account": audit_log.operating_user()}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def test_the_first_act_opens_the_log(settings: Settings) -> None:
    entry = audit_log.append(settings, act="links_exported", actor="A. Clerk", details={"records": 3})
    assert [one.act for one in audit_log.entries(settings)] == ["log_opened", "links_exported"]
    assert (entry.number, entry.actor, entry.details) == (2, "A. Clerk", {"records": 3} | CALLER)


def test_each_entry_holds_the_hash_of_the_one_before(settings: Settings) -> None:
    fill(settings, 5)
    raw = [json.loads(line) for line in lines(settings)]
    assert [entry["number"] for entry in raw] == [1, 2, 3, 4, 5, 6]
    assert [entry["previous"] for entry in raw] == ["0" * 64, *(entry["hash"] for entry in raw[:-1])]
    for entry in raw:  # by the words of the documentation, not by the product's code
        said = {name: value for name, value in entry.items() if name != "hash"}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == entry["hash"]


def test_only_the_owner_can_read_it(settings: Settings) -> None:
    fill(settings, 1)
    assert log_files(settings).log.stat().st_mode & 0o777 == 0o600
    assert log_files(settings).checkpoints.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("act", "details", "said"),
    [
        ("coffee_made", {}, "act 'coffee_made' is not known"),
        ("links_exported", {"note": "x"}, "not declared: note"),
        ("run_ended", {"run_id": "20260331-001"}, "missing: outcome, products"),
        ("links_exported", {"records": 9434765919}, "links_exported.records"),
        ("links_exported", {"records": "many"}, "links_exported.records"),
        ("links_exported", {"records": True}, "links_exported.records"),
        ("quarantine_shown", {"file_id": "9434765919"}, "quarantine_shown.file_id"),
        ("link_decided", {"pair_id": "0a1b2c3d4e5f", "verdict": "943 476 5919"}, "link_decided.verdict"),
        ("person_deleted", {"subject": "9434765919"}, "person_deleted.subject"),
    ],
)
def test_what_is_not_declared_is_refused_without_its_value(
    settings: Settings, act: str, details: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        audit_log.append(settings, act=act, actor="A. Clerk", details=details)  # type: ignore[arg-type]
    assert "943" not in str(refused.value)
    assert not log_files(settings).log.exists()


@pytest.mark.parametrize(
    "reason",
    [
        "called about 943 476 5919", "see 943-476-5919 again", "number9434765919x", "9.4.3.4.7.6.5.9.1.9",
        "lives at SW1A 1AA now", "sw1a1aa", "born 3 May 1950", "born 03/05/1950", "1950-05-03",
        "May 3rd, 1950", "19500503", "", "   ", "x" * 301, "two\x00words",
    ],
)  # fmt: skip
def test_a_reason_that_may_identify_is_refused_unseen(settings: Settings, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        audit_log.append(settings, act="person_deleted", actor="A. Clerk", details={"reason": reason})
    assert not reason.strip() or reason not in str(refused.value)
    assert not log_files(settings).log.exists()


@pytest.mark.parametrize(
    "reason", ["asked by the GP on 3 May", "ward round, bay 4", "ticket 4711/22", "A & E needs it now"]
)
def test_an_ordinary_reason_is_written(settings: Settings, reason: str) -> None:
    entry = audit_log.append(settings, act="person_deleted", actor="A. Clerk", details={"reason": reason})
    assert entry.details["reason"] == reason


def test_an_act_that_fails_is_followed_by_an_entry_that_says_so(settings: Settings) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        audit_log.acting(settings, act="links_exported", actor="A. Clerk") as entry,
    ):
        raise ZeroDivisionError("943 476 5919")
    last = list(audit_log.entries(settings))[-1]
    told = {"entry": entry.number, "error": "ZeroDivisionError"} | CALLER
    assert (last.act, last.details) == ("act_failed", told)


def test_entries_are_found_by_act_actor_and_time(settings: Settings) -> None:
    fill(settings, 2)
    audit_log.append(settings, act="links_exported", actor="B. Clerk")
    assert len(list(audit_log.entries(settings, act="opt_out_applied"))) == 2
    assert [one.act for one in audit_log.entries(settings, actor="B. Clerk")] == ["links_exported"]
    assert list(audit_log.entries(settings, since="2999-01-01")) == []
    with pytest.raises(UsageError, match="valid: "):
        list(audit_log.entries(settings, act="coffee_made"))


def test_a_checkpoint_is_signed_every_so_often_and_after_grave_acts(settings: Settings) -> None:
    fill(settings, 70)
    told = {"run_id": "20260331-001", "outcome": "published", "products": ["open"]}
    audit_log.append(settings, act="run_ended", details=told)
    points = [json.loads(line) for line in log_files(settings).checkpoints.read_bytes().splitlines()]
    assert [point["number"] for point in points] == [1, 65, 72]
    sealed = open_ledger(settings).query("select number from audit_head where is_sealed = 1")
    assert [row["number"] for row in sealed] == [1, 65, 72]


def test_a_log_that_cannot_be_written_stops_the_act(settings: Settings) -> None:
    fill(settings, 1)
    log_files(settings).log.unlink()
    log_files(settings).log.mkdir()  # also root cannot write to it
    with pytest.raises(SetupError, match="cannot be written") as refused:
        audit_log.append(settings, act="links_exported")
    assert refused.value.exit_code == 5


def test_writers_in_several_processes_make_one_chain(settings: Settings) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.audit_desk import fill, settings_in; "
        "fill(settings_in(Path(sys.argv[1])), 25)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(settings.home.parent)], cwd=ROOT) for _ in range(3)
    ]
    assert [process.wait(timeout=120) for process in started] == [0, 0, 0]
    found = audit_log.verify(settings)
    assert (found.entries, found.findings, found.notices) == (76, (), ())

"""The check between the nights: asked where it is due, answered, and red where no reply holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ChecksRefusedError, NoAnswerError, RunLockedError
from pipeline.identity import link
from pipeline.mesh import Collected
from pipeline.publish.versions import shelf, swap
from pipeline.run import lock, opt_out_check, opt_out_exchange
from pipeline.settings import Settings
from tests.identity_economy import AS_OF, Economy, nhs_number


class Service:
    """A stand-in for the mailbox of the check: it allows everybody it was asked about, the next time."""

    def __init__(self) -> None:
        self.asked: list[Path] = []
        self.is_there = True

    def send(self, path: Path, *, to: str, workflow_id: str) -> str:
        self.asked.append(path)
        return f"m{len(self.asked)}"

    def collect(self, *, folder: Path, **_: Any) -> list[Collected]:
        answers = []
        for path in self.asked:
            folder.mkdir(parents=True, exist_ok=True)
            answer = folder / path.name
            answer.write_bytes(path.read_bytes())
            answers.append(Collected("m", answer, path.name, False))
        self.asked = []
        return answers


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service()

    @contextmanager
    def opened(*_: Any) -> Iterator[Service]:
        if not made.is_there:
            raise NoAnswerError("MESH: greeting the exchange failed")
        yield made

    monkeypatch.setattr(opt_out_exchange, "open_mailbox", opened)
    monkeypatch.setattr(opt_out_exchange, "load_account", lambda settings: None)
    return made


@pytest.fixture
def settings(economy: Economy, tmp_path: Path) -> Settings:
    for n in (1, 2):
        economy.person(f"g{n}", nhs_number(n))
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    (tmp_path / "extracts").mkdir(exist_ok=True)
    return replace(economy.settings, extracts=tmp_path / "extracts", mesh_url="https://mesh.example")


def requests(economy: Economy) -> list[str]:
    return [
        row["asked_on"] for row in economy.ledger.query("select asked_on from opt_out_request order by 1")
    ]


@pytest.mark.usefixtures("service")
def test_a_round_asks_and_the_next_one_has_the_answer(economy: Economy, settings: Settings) -> None:
    first = opt_out_check.check(settings, on=AS_OF)
    assert (first.asked_on, first.days_left) == (AS_OF, 21)
    opt_out_check.require_reply(first)
    (run,) = economy.ledger.query("select outcome from run")
    assert run["outcome"] == "applied"
    assert economy.ledger.query("select * from lock") == []


def test_it_asks_again_only_where_it_is_due(economy: Economy, settings: Settings, service: Service) -> None:
    for days in (0, 1, 6, 7, 8):
        opt_out_check.check(settings, on=AS_OF + timedelta(days=days))
    assert requests(economy) == [AS_OF.isoformat(), (AS_OF + timedelta(days=7)).isoformat()]
    opt_out_check.check(settings, on=AS_OF + timedelta(days=8), ask_now=True)
    assert len(requests(economy)) == 3
    service.is_there = False
    assert opt_out_check.ask_if_due(settings, on=AS_OF + timedelta(days=9)) is None


def test_a_question_that_was_not_sent_is_asked_again(settings: Settings, service: Service) -> None:
    service.is_there = False
    with pytest.raises(NoAnswerError):
        opt_out_check.ask_if_due(settings, on=AS_OF)
    service.is_there = True
    assert opt_out_check.ask_if_due(settings, on=AS_OF) is not None


def test_without_mesh_nobody_is_asked(economy: Economy, settings: Settings) -> None:
    """Nobody would carry the file; a reply that was laid down is found all the same."""
    settings = replace(settings, mesh_url="")
    economy.reply(settings.extracts, AS_OF, nhs_number(1))
    found = opt_out_check.check(settings, on=AS_OF)
    assert (found.reply_on, found.asked_on, requests(economy)) == (AS_OF, None, [])


def test_a_day_without_a_reply_is_red(economy: Economy, settings: Settings) -> None:
    settings = replace(settings, mesh_url="")
    economy.reply(settings.extracts, AS_OF, nhs_number(1))
    last = AS_OF + timedelta(days=21)
    opt_out_check.require_reply(opt_out_check.check(settings, on=last))
    after = opt_out_check.check(settings, on=last + timedelta(days=1))
    with pytest.raises(ChecksRefusedError, match="publishes neither secondary_use nor open"):
        opt_out_check.require_reply(after)


@pytest.mark.usefixtures("service")
def test_a_product_that_is_served_with_a_lapsed_reply_is_red(economy: Economy, settings: Settings) -> None:
    """A new reply alone does not take out who has objected since: only the next night does."""
    serve(settings, "r1")
    check = {"run_id": "r1", "product": "secondary_use", "reply_lapses_on": AS_OF.isoformat(),
             "restricted_codes": 0, "people_in": 1, "people_out": 0}  # fmt: skip
    economy.ledger.put("objection_check", [check])
    opt_out_check.require_reply(opt_out_check.check(settings, on=AS_OF))
    found = opt_out_check.check(settings, on=AS_OF + timedelta(days=1))
    with pytest.raises(ChecksRefusedError, match=r"lapsed: secondary_use; .* run a night"):
        opt_out_check.require_reply(found)


def serve(settings: Settings, run_id: str) -> None:
    place = shelf(settings, "secondary_use")
    place.prepare()
    place.database(run_id).write_text("x", encoding="utf-8")
    swap(place.current, Path("versions") / f"{run_id}.duckdb")


@pytest.mark.usefixtures("service")
def test_it_shares_the_lock_of_the_night(economy: Economy, settings: Settings) -> None:
    lock.acquire(settings, economy.ledger, run_id="20260331-001", held_by="run")
    with pytest.raises(RunLockedError):
        opt_out_check.ask_if_due(settings, on=AS_OF)
    with pytest.raises(RunLockedError):
        opt_out_check.apply(settings, on=AS_OF)
    assert requests(economy) == []


def test_a_night_is_the_day_of_its_logical_date_in_london() -> None:
    from datetime import UTC, datetime

    from pipeline.run.scheduled import _night

    assert _night(None, datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)
    assert _night("2026-03-31", datetime(2026, 7, 1, tzinfo=UTC)) == date(2026, 3, 31)

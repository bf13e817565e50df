"""A small deployment of invented sources whose nights are told to their senders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.feedback import read_feedback, write_feedback
from pipeline.feedback.gather import Pack
from pipeline.landing import Feed
from tests.landing_house import AS_OF, House, declare_sources


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A home, extracts and a ledger; the registry holds the invented sources."""
    declare_sources(monkeypatch)
    return House(tmp_path)


@pytest.fixture
def tell(house: House) -> Callable[..., Pack]:
    """Lands a feed in a run of its own and returns the pack that its sender gets."""

    def told(feed: str = "gp/X01") -> Pack:
        source, sender = feed.split("/")
        run = {"as_of": AS_OF.isoformat(), "outcome": "published", "code_version": "x"}
        started = f"2026-03-31T02:00:{house.runs + 1:02d}+00:00"
        house.ledger.put("run", [run | {"run_id": f"run-{house.runs + 1}", "started_at": started}])
        house.land(feed)
        target = Feed(source, sender)
        write_feedback(house.settings, house.ledger, run_id=f"run-{house.runs}", feed=target)
        return read_feedback(house.settings, feed=target)

    return told

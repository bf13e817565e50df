"""What a step leaves in the ledger, and what it never lets through."""

from __future__ import annotations

import traceback

import duckdb
import pytest

from pipeline.errors import ChecksRefusedError, WsicError
from pipeline.ledger import Ledger
from pipeline.run.step import recorded

RUN = "20260331-001"
SECRET = "MARKER-9990001111"


def rows(ledger: Ledger) -> list[tuple[str, int]]:
    return [(row["outcome"], row["exit_code"]) for row in ledger.query("select * from step")]


def test_a_step_that_goes_through_is_done_and_has_both_times(ledger: Ledger) -> None:
    with recorded(ledger, run_id=RUN, step="link"):
        assert rows(ledger) == [("running", 0)]
    assert rows(ledger) == [("done", 0)]
    assert ledger.query("select 1 from step where ended_at >= started_at")


def test_a_refusal_is_recorded_with_its_message_and_passed_on(ledger: Ledger) -> None:
    with pytest.raises(ChecksRefusedError), recorded(ledger, run_id=RUN, step="link"):
        raise ChecksRefusedError("two rules failed")
    assert rows(ledger) == [("refused", 4)]
    assert ledger.query("select message from step")[0]["message"] == "two rules failed"


def test_an_error_nobody_foresaw_shows_no_value(ledger: Ledger) -> None:
    """A conversion error of the database quotes the value that it could not convert."""
    with pytest.raises(WsicError) as raised, recorded(ledger, run_id=RUN, step="build", subject="open"):
        duckdb.connect().execute(f"select cast('{SECRET}' as integer)")
    text = "".join(traceback.format_exception(raised.value))
    message = ledger.query("select message from step")[0]["message"]
    assert SECRET not in text
    assert SECRET not in message
    assert "build open failed: ConversionException" in message
    assert rows(ledger) == [("failed", 1)]


def test_an_interrupt_is_recorded_and_passed_on(ledger: Ledger) -> None:
    with pytest.raises(KeyboardInterrupt), recorded(ledger, run_id=RUN, step="link"):
        raise KeyboardInterrupt
    assert rows(ledger) == [("failed", 1)]


def test_a_step_run_again_replaces_what_it_left(ledger: Ledger) -> None:
    with pytest.raises(ChecksRefusedError), recorded(ledger, run_id=RUN, step="link"):
        raise ChecksRefusedError("no")
    with recorded(ledger, run_id=RUN, step="link"):
        pass
    assert rows(ledger) == [("done", 0)]

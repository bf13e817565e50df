"""What failed, where, and what to do: the first thing that whoever is called at night wants to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import (
    ChecksRefusedError,
    InputRefusedError,
    RunLockedError,
    SetupError,
    UsageError,
    WsicError,
)
from pipeline.ig_report.evidence.checks import Checks
from pipeline.ig_report.release import Rows

_DO = {
    UsageError.exit_code: "call the command again as the message says",
    InputRefusedError.exit_code: (
        "the sender mends it: wsic quarantine list shows what was refused, wsic feedback show what the "
        "sender is told; then run the night again"
    ),
    ChecksRefusedError.exit_code: (
        "do not publish by hand: the last good version is still served. Look at the rules below that did not "
        "pass, mend what they name, and run the night again"
    ),
    SetupError.exit_code: (
        "mend the deployment: wsic check names everything that is missing or unsafe; then run again"
    ),
    RunLockedError.exit_code: "wait until the run that holds the lock has ended",
    WsicError.exit_code: (
        "this was not foreseen: if it comes again, run the night with WSIC_DEBUG=1 on synthetic people, and "
        "report the place that the message names"
    ),
}
UNENDED = (
    "the step never ended: its process died, or it still works (wsic runs). Run the night again once it has "
    "gone"
)
ELSEWHERE_TEXT = "what it said stays with the team that runs the pipeline"


@dataclass(frozen=True, slots=True)
class Failure:
    """One step that did not come to a good end. ``where``: the step and its feed or product."""

    where: str
    what: str
    do: str


def failures(steps: Rows, *, is_for_elsewhere: bool) -> tuple[Failure, ...]:
    """Every step that refused, failed or never ended, in the order of the night; one text is told once."""
    found = [
        Failure(
            f"{row['step']} {row['subject']}".strip().replace("_", " "),
            ELSEWHERE_TEXT if is_for_elsewhere else row["message"] or f"it is {row['outcome']}",
            UNENDED if row["outcome"] == "running" else _DO.get(row["exit_code"], _DO[WsicError.exit_code]),
        )
        for row in steps
        if row["outcome"] in ("failed", "running") or row["exit_code"]
    ]
    return tuple(dict.fromkeys(found))


def doings(found: Iterable[Failure]) -> dict[str, list[Failure]]:
    """Failures by what is to be done about them."""
    by_doing: dict[str, list[Failure]] = {}
    for one in found:
        by_doing.setdefault(one.do, []).append(one)
    return by_doing


def verdict(
    outcome: str, published: tuple[str, ...], found: tuple[Failure, ...], checks: Checks, *, is_complete: bool
) -> str:
    """The first line of the page."""
    warnings = sum(row["severity"] != "critical" for row in checks.failed)
    aside = f" {_counted(warnings, 'check')} failed without stopping it." if warnings else ""
    if outcome == "running":
        return "The run has not ended."
    if not published:
        return (
            f"Nothing was published: the run {_past(outcome)}. What was served before it still is, if "
            "anything was."
        )
    names = ", ".join(name.replace("_", " ") for name in published)
    if not is_complete:
        return f"Not everything was published, but {names} was.{aside}"
    steps = f" {_counted(len(found), 'step')} had trouble on the way." if found else ""
    return f"Everything was published: {names}.{steps}{aside}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _past(outcome: str) -> str:
    return {"refused": "was refused", "failed": "failed"}.get(outcome, f"ended as {outcome}")

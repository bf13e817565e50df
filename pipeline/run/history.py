"""What was believed on an earlier night, asked again: the identifiable tables as they were, beside today's.

An answer is a copy for whoever may look into the zone: no step of a night reads it, and no product is made of
it. People who were deleted, or withdrew consent, are in none that is given after that decision, and the
decision removes those that were given before. An answer lies for ``history_answers_days``.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline import audit_log, identity
from pipeline.clock import now
from pipeline.landing import history
from pipeline.run import lock
from pipeline.run.answers import answer_folder, part_folder, put_answer
from pipeline.run.opened import open_ledger
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAnswer:
    """One feed of an answer. ``is_same_code``: today's declarations and mappings are those of that night;
    where not, what was known then is said in today's words."""

    source: str
    sender: str
    run_id: str
    as_of: date
    rows_current: int
    is_same_code: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was known when the night ``run_id`` had ended. ``left_out``: records of people forgotten since, by
    act."""

    run_id: str
    as_of: date
    built_at: str
    asked_at: str
    folder: Path
    feeds: tuple[FeedAnswer, ...]
    left_out: dict[str, int]


def list_nights(settings: Settings) -> list[history.Night]:
    """The nights that can be asked, in the order in which they were made."""
    return history.list_nights(open_ledger(settings))


def as_known_on(settings: Settings, when: date | str) -> Answer:
    """Build the current rows and FHIR tables again as they were known on a day, or at the end of a run.

    They lie in ``landing/history/<run id>``, laid out as the zones are; an earlier answer about that night is
    replaced. Raises :class:`UsageError` for a day or run that nothing is known of, :class:`RunLockedError`
    while a run is alive.
    """
    ledger = open_ledger(settings)
    night = history.find_night(ledger, when)
    feeds = history.feeds_then(ledger, night)
    told: dict[str, audit_log.Detail] = {
        "run_id": night.run_id,
        "as_of": night.as_of.isoformat(),
        "feeds": len(feeds),
    }
    asking = audit_log.acting(settings, act="history_asked", details=told)
    part = part_folder(settings, night.run_id)
    with lock.held(settings, ledger, doing=f"history of {night.run_id}"), asking:
        try:
            answers = []
            for then in feeds:
                rows, is_same_code = history.rebuild(settings, ledger, then, part)
                answers.append(
                    FeedAnswer(
                        source=then.feed.source,
                        sender=then.feed.sender,
                        run_id=then.run_id,
                        as_of=then.as_of,
                        rows_current=rows,
                        is_same_code=is_same_code,
                    )
                )
            answer = Answer(
                run_id=night.run_id,
                as_of=night.as_of,
                built_at=night.built_at,
                asked_at=now(),
                folder=answer_folder(settings, night.run_id),
                feeds=tuple(answers),
                left_out=identity.leave_out_forgotten(settings, part),
            )
            put_answer(
                part,
                answer.folder,
                run_id=answer.run_id,
                as_of=answer.as_of.isoformat(),
                asked_at=answer.asked_at,
            )
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return answer

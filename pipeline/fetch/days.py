"""The date of the extract that a fetched file belongs to, which names the folder that landing reads it
from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import PurePosixPath

from pipeline import clock
from pipeline.fetch.feed_file import IN_FOLDER, IN_NAME

_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_FOLDER = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


class NoDateError(ValueError):
    """A file does not say of which day it is, or of a day to come; the text says what would be valid."""


def extract_date(rule: str, path: str, *, sent: datetime, today: date) -> date:
    """The day of a file: that on which it was sent (in London), or the one in its name or its folder's.

    ``path`` is that below the place; raises :class:`NoDateError`.
    """
    if rule == IN_NAME:
        day = _only(_IN_NAME.findall(PurePosixPath(path).name), "in its name")
    elif rule == IN_FOLDER:
        folders = PurePosixPath(path).parts[:-1]
        found = [match.groups() for one in folders if (match := _FOLDER.fullmatch(one))]
        day = _only(found, "as the name of a folder above it")
    else:
        day = clock.day(sent)
    if day > today:
        raise NoDateError("it is of a day to come; valid: today or before")
    return day


def _only(found: Sequence[tuple[str, ...]], where: str) -> date:
    if len(found) != 1:
        raise NoDateError(f"it has no date, or more than one, {where}; valid: one YYYY-MM-DD")
    year, month, day = map(int, found[0])
    try:
        return date(year, month, day)
    except ValueError:
        raise NoDateError(f"the date {where} is none of the calendar; valid: YYYY-MM-DD") from None

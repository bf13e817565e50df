"""Fetching, whatever the transport: as a step of the night, and as commands; keys are read here and handed
on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from pipeline import clock, fetch, keys
from pipeline.errors import InputRefusedError, WsicError
from pipeline.fetch import Fetched, Place, Tools
from pipeline.gate_words import ARRIVED, FETCHED, FETCHED_RULES
from pipeline.ledger import Ledger
from pipeline.run.opened import Run
from pipeline.run.step import recorded
from pipeline.settings import Settings
from pipeline.zones import Zones

_MOST_AT_ONCE = 8  # places; each is another organisation's machine


def fetch_all(run: Run) -> None:
    """Fetch from every place that has feeds of the run's sources, side by side; one's failure stops no other.

    A night of the past fetches nothing: what a server says today belongs to today. Leaves two results of the
    suite ``fetched``. Raises the first failure once all have ended, and :class:`InputRefusedError` where
    something did not come.
    """
    places = list(fetch.wanted(run.settings, source=run.source))
    if not places or run.as_of < clock.today():
        return
    with ThreadPoolExecutor(min(len(places), _MOST_AT_ONCE), thread_name_prefix="place") as pool:
        begun = [pool.submit(_recorded, run, place, names) for place, names in places]
    found = [one for future in begun for one in (future.result() if future.exception() is None else [])]
    _note_quality(run, found)
    _raise_first(future.exception() for future in begun)
    _raise_first(_lacking([one]) for one in found)


def fetch_from(
    settings: Settings,
    ledger: Ledger,
    place: Place,
    names: frozenset[str],
    *,
    progress: Callable[[str], None] = lambda words: None,
) -> list[Fetched]:
    """Fetch what is new of the feeds ``names`` of one place; raises as the place does."""
    return place.fetch(tools(settings, ledger, progress=progress), names)


def tools(
    settings: Settings, ledger: Ledger, *, progress: Callable[[str], None] = lambda words: None
) -> Tools:
    """What places fetch with."""
    return Tools(settings=settings, ledger=ledger, read_key=partial(read_key, settings), progress=progress)


def public_keys(settings: Settings, name: str) -> dict[str, list[dict[str, Any]]]:
    """The JWK Set to register with a FHIR server."""
    return fetch.public_keys(fetch.server_named(settings, name), read_key=partial(read_key, settings))


def _recorded(run: Run, place: Place, names: frozenset[str]) -> list[Fetched]:
    """Fetch from one place; what it lacks makes its step refused, and is raised by the caller."""
    found: list[Fetched] = []
    try:
        with recorded(run.ledger, run_id=run.run_id, step="fetch", subject=place.name):
            found = fetch_from(run.settings, run.ledger, place, names)
            if error := _lacking(found):
                raise error
    except InputRefusedError:
        if not found:
            raise
    return found


def _lacking(found: Sequence[Fetched]) -> InputRefusedError | None:
    told = [f"{one.name} ({one.feed})" if one.feed else one.name for one in found]
    lacks = [f"{name}: {one.lacks}" for name, one in zip(told, found, strict=True) if one.lacks]
    return InputRefusedError("; ".join(lacks)) if lacks else None


def _note_quality(run: Run, found: Sequence[Fetched]) -> None:
    """What was left where it was, and what MESH could not deliver for us, as results that readers see."""
    taken, left = sum(one.files for one in found), sum(one.left for one in found)
    reports = sum(one.reports for one in found)
    counts = zip(FETCHED_RULES, ((taken + left, left), (taken + reports, reports)), strict=True)
    rows = [
        {"run_id": run.run_id, "product": ARRIVED, "suite": FETCHED, "rule_id": rule, "severity": "warning",
         "rows_checked": checked, "rows_failed": failed, "is_passed": int(failed == 0)}
        for rule, (checked, failed) in counts
    ]  # fmt: skip
    run.ledger.put("rule_result", rows)


def _raise_first(errors: Iterable[BaseException | None]) -> None:
    for error in errors:
        if error is not None:
            raise error if isinstance(error, WsicError) else WsicError("fetching failed") from error


def read_key(settings: Settings, name: str) -> bytes:
    """A credential that a place is shown: a file of ``keys/``, or a secret of the service, never both.

    Raises :class:`SetupError` for a file that others may read.
    """
    if settings.credentials_prefix:
        return keys.read_credential(f"{settings.credentials_prefix}{name}")
    return keys.read_file(Zones(settings.home).keys / name)

"""The national opt-out check between the nights: ask where it is time to, take the answers, look what holds.

A reply may be used for ``opt_out_valid_days`` (21). The question goes out again every
``opt_out_ask_every_days``, so that an answer is there long before, and whoever registered since is asked
about. What has lapsed is deleted by the same step as in a night; the products follow at the next publish.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pipeline import publish
from pipeline.errors import ChecksRefusedError
from pipeline.identity import OptOutOutcome, Request
from pipeline.ledger import Ledger
from pipeline.run import objections, opt_out_exchange, steps
from pipeline.run.opened import open_ledger, open_run
from pipeline.run.outcome import close_run
from pipeline.settings import OPEN_PRODUCT, Settings

CHECKED_PRODUCTS = ("secondary_use", OPEN_PRODUCT)  # those that heed the check; open is made from the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the check says at a day: ``asked_on`` last, of the reply in use its day, last day and days left.

    ``served_lapsed``: products that are served and heed a reply that has lapsed.
    """

    on: date
    asked_on: date | None
    reply_on: date | None
    lapses_on: date | None
    days_left: int | None
    served_lapsed: tuple[str, ...]
    refused: tuple[str, ...] = ()


def ask_if_due(settings: Settings, *, on: date, anyway: bool = False) -> Request | None:
    """Write the question and send it over MESH, where the last one is ``opt_out_ask_every_days`` old.

    Nothing without MESH, as nobody would carry the file: ``wsic opt-outs request`` is for that. A question
    that was written and not sent does not count. Raises :class:`RunLockedError` while a run is alive and
    :class:`NoAnswerError` where the exchange is not there now.
    """
    ledger = open_ledger(settings)
    if not settings.mesh_url or not (anyway or _is_due(settings, ledger, on)):
        return None
    request = objections.ask(settings, asked_on=on, out=None)
    opt_out_exchange.send_request(settings, ledger, request)
    return request


def collect(settings: Settings, *, on: date) -> int:
    """Take what answers lie in the mailbox to where :func:`apply` finds them; returns how many files."""
    if not settings.mesh_url:
        return 0
    found = opt_out_exchange.collect_replies(settings, open_ledger(settings), on=on)
    return sum(1 for item in found if item.path is not None)


def apply(settings: Settings, *, on: date) -> OptOutOutcome:
    """Take the newest reply into use and delete what has lapsed, as a run of its own that publishes nothing.

    Raises :class:`RunLockedError` while another run is alive.
    """
    run = open_run(settings, extracts=settings.extracts, as_of=on, held_by="process")
    try:
        return steps.apply_opt_outs(run)
    finally:
        close_run(run, when_nothing_published="applied")


def standing(settings: Settings, found: OptOutOutcome, *, on: date) -> Standing:
    """What holds at ``on`` after :func:`apply` found ``found``; which served product heeds what lapsed."""
    ledger = open_ledger(settings)
    return Standing(
        on=on, asked_on=_asked_on(ledger), reply_on=found.reply_on, lapses_on=found.lapses_on,
        days_left=found.days_left, refused=found.refused,
        served_lapsed=tuple(name for name in CHECKED_PRODUCTS if _has_lapsed(settings, ledger, name, on)),
    )  # fmt: skip


def require_reply(found: Standing) -> None:
    """Raise :class:`ChecksRefusedError` where no reply holds, or a served product heeds one that lapsed."""
    if found.days_left is None:
        raise ChecksRefusedError(
            f"no opt-out reply holds on {found.on}: the next night publishes neither "
            f"{' nor '.join(CHECKED_PRODUCTS)}; {_asked(found)}"
        )
    if found.served_lapsed:
        raise ChecksRefusedError(
            f"served with an opt-out reply that has lapsed: {', '.join(found.served_lapsed)}; "
            f"the reply of {found.reply_on} holds: run a night"
        )


def check(settings: Settings, *, on: date, ask_now: bool = False) -> Standing:
    """The whole round: ask where due, collect, apply, and what holds then. Raises as its parts do."""
    ask_if_due(settings, on=on, anyway=ask_now)
    collect(settings, on=on)
    return standing(settings, apply(settings, on=on), on=on)


def _is_due(settings: Settings, ledger: Ledger, on: date) -> bool:
    asked = _asked_on(ledger)
    return asked is None or on - asked >= timedelta(days=settings.opt_out_ask_every_days)


def _asked_on(ledger: Ledger) -> date | None:
    """When the last question was sent over MESH."""
    rows = ledger.query("select max(asked_on) as asked_on from opt_out_request where sent_at is not null")
    return date.fromisoformat(rows[0]["asked_on"]) if rows[0]["asked_on"] else None


def _has_lapsed(settings: Settings, ledger: Ledger, product: str, on: date) -> bool:
    served = publish.shelf(settings, product).served()
    lapses = publish.reply_lapses_on(ledger, product, served) if served else None
    return lapses is not None and lapses < on


def _asked(found: Standing) -> str:
    if found.asked_on is None:
        return "it was never asked over MESH: wsic opt-outs request"
    return f"it was last asked on {found.asked_on}: is the mailbox read, and did the check answer?"

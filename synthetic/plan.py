"""Which sender sends what on which day: nightly windows, late feeds, re-sends, monthly submissions."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from synthetic.days import date_of, day_of
from synthetic.rates import community, places, social_care
from synthetic.span import Span, Window
from synthetic.streams import stream

NIGHTLY: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("gp", "emis", (places.EMIS_FEED,)),
    ("gp", "tpp", (places.TPP_FEED,)),
    ("acute", "sus", places.ACUTE_TRUSTS),
)
WITH_AMBULANCE = (("ambulance", "ads", places.AMBULANCE_TRUSTS),)
LATE, RESENT = 0.06, 0.05  # share of a feed's nights, after the first and before the last; chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One folder: a sender's extract of one day.

    ``resends``: the folder day whose files are sent again as they were, instead of new ones.
    ``period``: reporting period (first and last day) of a snapshot.
    """

    source: str
    format: str
    sender: str
    sender_index: int
    day: int
    window: Window
    period: tuple[int, int] = (0, 0)
    is_refresh: bool = False
    resends: int | None = None


def deliveries(seed: int, span: Span, *, with_ambulance: bool = False) -> list[Delivery]:
    """Every folder of the economy, in order of source, sender and day; an ambulance's last, if at all."""
    found: list[Delivery] = []
    for source, format_name, senders in NIGHTLY:
        for index, sender in enumerate(senders):
            found += _nightly(seed, span, source, format_name, sender, index)
    for source, format_name, senders in (
        ("community", "csds", places.COMMUNITY_TRUSTS),
        ("mental_health", "mhsds", places.MENTAL_HEALTH_TRUSTS),
    ):
        for index, sender in enumerate(senders):
            found += _monthly(span, source, format_name, sender, index)
    for index, borough in enumerate(places.BOROUGHS):
        found += _council(span, borough.council, index)
    for source, format_name, senders in WITH_AMBULANCE if with_ambulance else ():
        for index, sender in enumerate(senders):
            found += _nightly(seed, span, source, format_name, sender, index)
    return found


def _nightly(seed: int, span: Span, source: str, format_name: str, sender: str, index: int) -> list[Delivery]:
    """The bulk extract, then what changed since the last new extract; some nights late or re-sent."""
    rng = stream(seed, -1, f"deliveries {source} {sender}")
    fixed = {("acute", "RAS", 1): "late", ("acute", "RQM", 2): "resent", ("gp", places.TPP_FEED, 3): "late"}
    found, covered, last_sent = [], -1, -1
    for night, day in enumerate(span.night_days):
        draw = rng.random()
        chance = "late" if draw < LATE else "resent" if draw < LATE + RESENT else "new"
        state = fixed.get((source, sender, night), chance)
        if night == 0 or day == span.end:
            state = "new"
        if state == "late":
            continue
        resends = last_sent if state == "resent" else None
        window = Window(covered, day)
        found.append(
            Delivery(
                source=source,
                format=format_name,
                sender=sender,
                sender_index=index,
                day=day,
                window=window,
                resends=resends,
            )
        )
        if resends is None:
            covered, last_sent = day, day
    return found


def _month_end(value: date) -> date:
    return value.replace(day=monthrange(value.year, value.month)[1])


def _monthly(span: Span, source: str, format_name: str, sender: str, index: int) -> list[Delivery]:
    """A backload of all but the last year, then a folder a month; from the third night one refresh."""

    def submit(first: date, last: date, day: int, *, is_refresh: bool = False) -> Delivery:
        return Delivery(
            source=source,
            format=format_name,
            sender=sender,
            sender_index=index,
            day=day,
            window=Window(-1, day_of(last)),
            period=(day_of(first), day_of(last)),
            is_refresh=is_refresh,
        )

    months: list[date] = []
    month = date_of(span.start).replace(day=1)
    while day_of(_month_end(month)) + community.DAYS_TO_SUBMIT <= span.end:
        months.append(month)
        month = date_of(day_of(_month_end(month)) + 1)
    at_once = community.BACKLOAD_MONTHS * (span.years - 1)
    head, tail = months[:at_once], months[at_once:]
    found = [submit(head[0], _month_end(head[-1]), day_of(_month_end(head[-1])) + community.DAYS_TO_SUBMIT)]
    found += [submit(m, _month_end(m), day_of(_month_end(m)) + community.DAYS_TO_SUBMIT) for m in tail]
    free = [day for day in span.night_days[2:] if day > found[-1].day]
    if free:
        found.append(submit(tail[-1], _month_end(tail[-1]), free[0], is_refresh=True))
    return found


def _council(span: Span, sender: str, index: int) -> list[Delivery]:
    """Two rolling submissions that overlap; on the last of several nights two councils send again."""

    def submit(first: int, last: int, day: int) -> Delivery:
        return Delivery(
            source="social_care",
            format="cld",
            sender=sender,
            sender_index=index,
            day=day,
            window=Window(-1, last),
            period=(first, last),
        )

    recent = span.first_night - 30 * social_care.HISTORY_MONTHS
    found = [
        submit(
            span.start - 1,
            recent + social_care.FIRST_SUBMISSION_OVERLAP_DAYS,
            recent + social_care.FIRST_SUBMISSION_OVERLAP_DAYS + 30,
        ),
        submit(recent, span.first_night, span.first_night),
    ]
    if span.nights > 1 and index % 4 == 0:
        found.append(submit(recent + span.nights, span.end, span.end))
    return found

"""Support that had ended before the two newest years: what a longer history has beside its own beginning.

Packages that are open at the end were begun late in a long history. Without those that ended before, nobody
would have support in its first years, and everybody who ever got it would still have it.
"""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER, YEAR, uniform_between
from synthetic.lives.social_care import support
from synthetic.lives.social_care.events import Events
from synthetic.lives.social_care.words import COMMUNITY, NURSING, RESIDENTIAL, SERVICE
from synthetic.people import Block
from synthetic.rates import social_care as rates
from synthetic.rows import Array, Rows
from synthetic.span import FEWEST_YEARS

_ENDED_AS_PLANNED = 5


def ended(rng: np.random.Generator, block: Block, events: Events) -> None:
    """Long-term support of other people than those who have it at the end."""
    rows, span = block.rows, block.span
    kept = np.concatenate([part["person"][part["kind"] == SERVICE] for part in events.parts])
    share = rates.PACKAGES_ENDED_A_YEAR * (span.years - FEWEST_YEARS)
    age, disabled = block.age(span.start), support.disabled(block)
    chance = support.chance_of_support(block, age, disabled) * share
    chosen = (rng.random(rows.height) < chance) & (age >= 18) & ~rows["is_test"]
    chosen[kept] = False
    had = np.flatnonzero(chosen)
    stop = uniform_between(rng, np.full(len(had), span.start), np.full(len(had), span.last_two_years))
    begun = np.maximum(stop - _lasting(rng, len(had)), rows["came_on"][had] + 1)
    begun = np.maximum(begun, rows["birth"][had] + int(18 * YEAR))
    possible = begun < stop
    had, begun, stop = had[possible], begun[possible], stop[possible]
    service, component = support.service_of(rng, rows["in_care_home"][had], disabled[had])
    events.add(SERVICE, had, begun, stop, service=service, component=component, outcome=_ENDED_AS_PLANNED)
    fresh = begun > span.start
    support.ask(rng, events, had[fresh], begun[fresh] - 30, route=2)


def come_to_an_end(rng: np.random.Generator, block: Block, parts: list[Rows]) -> None:
    """Give open-ended support of ``parts`` that began before the two newest years the day of its end."""
    for part in parts:
        early = (part["kind"] == SERVICE) & np.isin(part["service"], [COMMUNITY, RESIDENTIAL, NURSING])
        early &= (part["start"] < block.span.last_two_years) & (part["stop"] == NEVER)
        stop = part["start"] + _lasting(rng, len(early))
        early &= stop <= block.span.end
        part["stop"] = np.where(early, stop, part["stop"])
        part["outcome"] = np.where(early, _ENDED_AS_PLANNED, part["outcome"])


def _lasting(rng: np.random.Generator, count: int) -> Array:
    """Days that packages last: as long as those that are open at the end have lasted by then."""
    return np.asarray(1 + np.floor(rng.gamma(*rates.PACKAGE_DAYS, count)).astype(np.int64))

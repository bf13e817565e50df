"""Adult social care: requests, assessments, services and reviews, as events."""

from __future__ import annotations

import numpy as np

from synthetic.lives import draws
from synthetic.lives.social_care import earlier, support, upkeep
from synthetic.lives.social_care.events import Events
from synthetic.people import Block
from synthetic.rows import Rows, stack


def make(block: Block, spells: Rows) -> Rows:
    """Service events and the rest: kind, person, start, stop (NEVER: open), service, component, route,
    outcome (indexes of the words above), cared_for (person row or -1), borough, mechanism, cost, id."""
    rng = block.rng("social care")
    events = Events()
    support.standing(rng, block, events)
    standing = len(events.parts)
    support.after_hospital(rng, block, events, spells)
    support.from_community(rng, block, events)
    if block.span.is_longer:
        of_before = block.rng("support that ended")
        earlier.come_to_an_end(of_before, block, events.parts[standing:])
        earlier.ended(of_before, block, events)
    support.carers(rng, block, events)
    rows = upkeep.lived(block, stack(events.parts))
    rows = stack([rows, upkeep.reviews(rng, block, rows)])
    rows = rows.take(np.lexsort((rows["service"], rows["kind"], rows["start"], rows["person"])))
    return upkeep.priced(rng, block, draws.identify(block, rows))

"""Events of all kinds, collected into one table."""

from __future__ import annotations

import numpy as np

from synthetic.rows import Array, Rows


class Events:
    """Collects events; every column a number, words are looked up where they are rendered."""

    def __init__(self) -> None:
        self.parts: list[Rows] = []

    def add(
        self,
        kind: int,
        person: Array,
        start: Array,
        stop: Array,
        *,
        service: int | Array = 0,
        component: int | Array = 0,
        route: int | Array = 0,
        outcome: int | Array = 0,
        cared_for: Array | None = None,
    ) -> None:
        """Add events of a kind; ``cared_for`` (row of a person) marks an event of a carer."""
        count = len(person)

        def column(value: int | Array) -> Array:
            return np.broadcast_to(np.asarray(value, dtype=np.int64), (count,)).copy()

        self.parts.append(
            Rows(
                kind=np.full(count, kind),
                person=person,
                start=column(start),
                stop=column(stop),
                service=column(service),
                component=column(component),
                route=column(route),
                outcome=column(outcome),
                cared_for=np.full(count, -1) if cared_for is None else cared_for,
            )
        )

"""Readings of many queries put together: where a column comes from at the very bottom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.lineage.select import ROWS, Place, Reading


class Graph:
    """Relations by name; one without a reading is a source, and stands for itself."""

    def __init__(self, readings: Mapping[str, Reading]) -> None:
        self._readings = readings
        self._known: dict[tuple[Place, bool], frozenset[Place]] = {}

    def values(self, place: Place) -> frozenset[Place]:
        """Source columns that the values of ``place`` are worked out from."""
        return self._close(place, with_rows=False)

    def read_by(self, relation: str) -> frozenset[Place]:
        """All source columns and source rows that a relation reads, for whatever reason, at any depth."""
        return self._all(self._readings[relation].everything, with_rows=True)

    def _close(self, place: Place, *, with_rows: bool) -> frozenset[Place]:
        key = (place, with_rows)
        if key not in self._known:
            self._known[key] = frozenset()
            self._known[key] = self._follow(place, with_rows=with_rows)
        return self._known[key]

    def _follow(self, place: Place, *, with_rows: bool) -> frozenset[Place]:
        reading = self._readings.get(place.relation)
        if reading is None:
            return frozenset({place})
        found = frozenset() if place.column == ROWS else reading.columns.get(place.column, reading.everything)
        return self._all(found | reading.rows if with_rows else found, with_rows=with_rows)

    def _all(self, places: Iterable[Place], *, with_rows: bool) -> frozenset[Place]:
        return frozenset().union(*(self._close(place, with_rows=with_rows) for place in places))

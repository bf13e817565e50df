"""Tells lines of JSON that are certainly records of R4 from suspects, many lines at a time.

A suspect is what :mod:`connectors.fhir.strict` does not read, and what has a sign of an empty object in its
text, be it inside a text, where it means nothing. A suspect may land all the same: what it says beyond R4
may be an extension that nobody knows, which is taken off. So each suspect is held for one that will land or
for one that will be refused, by what was met first. That is a guess, to be checked by whoever acts on it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from operator import length_hint

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.fhir.declared import has_shape
from connectors.fhir.lines import Flags, Rows
from connectors.fhir.strict import decoder

_AT_ONCE = 128 * 1024  # bytes: what is compared with one another stays in the processor's own memory
_DAYS = 0.05  # of the lines have dates without a time of day; from there on all are read as such
Bytes = NDArray[np.uint8]
_CLOCK = "RFC3339"  # is named where a text is no date with its time of day
# How the reading of a line ends that says more than R4 does, and nothing that a record may not say.
_LANDS = re.compile(r"unknown field `(extension|_\w+)`|Invalid enum value .*\.url`$", re.DOTALL)


class Telling:
    """Tells the lines of one file apart, as often as it is called with some of them; keeps the rows of the
    suspects: ``withheld``, that are held for refused, and ``given``, that are held for such as land. ``keep``
    is given the rows of all suspects, their lines, and which of these may be of another than the declared
    shape."""

    def __init__(
        self, resource_type: str, keep: Callable[[Rows, pa.StringArray, Flags], None] | None = None
    ) -> None:
        self._resource_type = resource_type
        self._exact = decoder(resource_type).decode
        self._decode = decoder(resource_type, has_clock=True).decode
        self._keep = keep
        self.rows = 0
        self._withheld: list[Rows] = []
        self._given: list[Rows] = []

    def __call__(self, rows: Rows, lines: pa.StringArray) -> tuple[Flags, Flags]:
        """Which lines to give, and which of all are suspects."""
        starts, data = _bytes(lines)
        wrong, lands, doubts = self._read(_texts(starts, data))
        given, suspect, doubt = (np.full(len(rows), start) for start in (True, False, False))
        suspect[
            np.searchsorted(starts, _signs(data[starts[0] : starts[-1]]) + starts[0], side="right") - 1
        ] = True
        suspect[wrong] = True
        given[wrong], doubt[wrong] = lands, doubts
        self.rows += len(rows)
        self._withheld.append(rows[~given])
        self._given.append(rows[suspect & given])
        if self._keep:
            self._keep(rows[suspect], lines.filter(pa.array(suspect)), doubt[suspect])
        return given, suspect

    def _read(self, texts: list[memoryview]) -> tuple[list[int], list[bool], list[bool]]:
        """Places of the texts that are no such record; of each whether it is held for one that lands, and
        whether it may be of another shape. The library reads text after text and stops at one that is no such
        record; from there it is sent on."""
        left, wrong, lands, doubts, days = iter(texts), list[int](), list[bool](), list[bool](), 0
        while True:
            try:
                deque(map(self._decode, left), maxlen=0)
            except ValueError as error:
                place = len(texts) - length_hint(left) - 1
                said = self._problem(texts[place], str(error))
                if said is None:
                    days += 1
                else:
                    is_of_shape = has_shape(self._resource_type, texts[place])
                    wrong.append(place)
                    lands.append(is_of_shape and _LANDS.search(said) is not None)
                    doubts.append(not is_of_shape)
            else:
                if days > _DAYS * len(texts):
                    self._decode = self._exact
                return wrong, lands, doubts

    def _problem(self, text: memoryview, said: str) -> str | None:
        """Why the text is no record, of which ``said`` was said first; None where it is one whose dates have
        no time of day."""
        if _CLOCK not in said:
            return said
        try:
            self._exact(text)
        except ValueError as error:
            return str(error)
        return None

    @property
    def withheld(self) -> Rows:
        return _joined(self._withheld)

    @property
    def given(self) -> Rows:
        return _joined(self._given)


def _bytes(lines: pa.StringArray) -> tuple[NDArray[np.int32], Bytes]:
    """Where each line begins, and the last one ends, in the bytes."""
    _, offsets, data = lines.buffers()
    starts = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return starts, np.frombuffer(data, dtype=np.uint8)


def _texts(starts: NDArray[np.int32], data: Bytes) -> list[memoryview]:
    """Each line as a view of its bytes."""
    at = starts.tolist()
    return list(map(memoryview(data.data).__getitem__, map(slice, at, at[1:])))


def _signs(data: Bytes) -> NDArray[np.int64]:
    """Where an empty object may begin: a ``{`` before its end or a blank. What else is empty is not read."""
    found = [np.empty(0, dtype=np.int64)]
    for first in range(0, len(data) - 1, _AT_ONCE):
        part = data[first : first + _AT_ONCE + 1]
        opens = part[:-1] == ord("{")
        opens &= part[1:] != ord('"')  # mostly a name stands there
        if opens.any():
            at = np.flatnonzero(opens)
            then = part[at + 1]
            found.append(at[(then == ord("}")) | (then == ord(" "))] + first)
    return np.concatenate(found)


def _joined(found: list[Rows]) -> Rows:
    return np.concatenate([np.empty(0, dtype=np.int64), *found])

"""Columns of equal length: the shape in which people and their events are held while made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Array = NDArray[Any]


class Rows(dict[str, Array]):
    """A table as a mapping of column name to numpy array, all of one length."""

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(next(iter(self.values()))) if self else 0

    def take(self, which: Array) -> Rows:
        """The rows that a boolean mask or an index array picks, in its order."""
        return Rows({name: column[which] for name, column in self.items()})

    def arrow(self) -> pa.Table:
        """The same columns as an Arrow table; None in an object column becomes null."""
        return pa.table({name: pa.array(column, from_pandas=True) for name, column in self.items()})


def stack(parts: Sequence[Rows]) -> Rows:
    """The rows of ``parts`` under one another; all must have the columns of the first."""
    return Rows({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def either(mask: Array, yes: Any, no: Any) -> Array:
    """``yes`` where the mask is true, else ``no``: words, numbers or None, of one length or single."""
    return np.asarray(np.where(mask, yes, no))


def present(column: Array) -> Array:
    """Mask of the values that are not None."""
    return np.array([value is not None for value in column], dtype=bool)


def repeat(counts: Array) -> tuple[Array, Array]:
    """(index of the parent, number within the parent from 0) for ``counts`` children a parent."""
    parent = np.repeat(np.arange(len(counts)), counts)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    return parent, np.arange(len(parent)) - firsts

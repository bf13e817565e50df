"""What a gate is, and the common ways in which one is taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How it is taken away, so that what it would refuse goes on.

    ``raisers`` are the product's functions that refuse for it, ``works`` those that do its work in a night
    where that is another one (all as ``module:function``, modules below ``pipeline``): what the gate costs.
    """

    off: Callable[[Patch], None]
    raisers: tuple[str, ...] = ()
    works: tuple[str, ...] = ()


def nothing(*places: tuple[Any, str]) -> Callable[[Patch], None]:
    """The functions do nothing, and so let everything through."""

    def off(patch: Patch) -> None:
        for module, name in places:
            patch.setattr(module, name, lambda *args, **kwargs: None)

    return off


def instead(module: Any, name: str, value: Any) -> Callable[[Patch], None]:
    """Something else stands in its place."""
    return lambda patch: patch.setattr(module, name, value)

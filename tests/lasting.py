"""Which tests are left to ``make test-all``: those marked ``long``, which work for a minute or more.

What a change waits for has to end within twenty minutes on two processors. So ``make test`` takes some of
every kind: a whole night with all that is asked of it, every planted fault, and of what is killed at each of
its steps some steps. Nights that go wrong, gates taken away one by one, and the steps in between are marked
``long``. ``make test-all`` leaves nothing out; nothing is released without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def one_in(n: int, cases: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Every ``n``-th of the cases, and the last, for every run; the others marked ``long``.

    A case is the values of ``parametrize``'s names, in a tuple also where it is one name.
    """
    listed = list(cases)
    kept = {*range(0, len(listed), n), len(listed) - 1}
    return [
        pytest.param(*case, marks=() if place in kept else pytest.mark.long)
        for place, case in enumerate(listed)
    ]

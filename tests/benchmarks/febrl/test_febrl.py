"""FEBRL 3 and 4: the residue's linker against Splink alone, in the same run. Neither side sees the truth."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pipeline.identity.residue import ResidueRules
from tests.benchmarks.febrl.residue_linker import residue_linker
from tests.benchmarks.febrl.sets import PROBABILITIES, SETS, Found, loaded
from tests.benchmarks.febrl.splink_alone import splink_alone

MIDDLE = ResidueRules().join  # the product's own middle threshold, a weight


@pytest.mark.parametrize("name", SETS)
def test_the_residues_linker_is_at_least_as_good_as_splink_alone(name: str) -> None:
    alone = splink_alone(loaded(name), name)
    ours = residue_linker(loaded(name), has_index=len(SETS[name]) == 2, weights=(MIDDLE,))
    for kind, by_probability in alone.items():
        _say(name, f"Splink alone, {kind}", by_probability)
    _say(name, "the residue's linker, clusters", ours)
    best = max(found.f1 for by_probability in alone.values() for found in by_probability.values())
    # Each at the best of the same probabilities; our own threshold's is only said beside it.
    assert max(found.f1 for threshold, found in ours.items() if threshold in PROBABILITIES) >= best


def _say(name: str, who: str, by_threshold: Mapping[float, Found]) -> None:
    for least, found in by_threshold.items():
        threshold = f"weight {least:g}" if least > 1 else f"probability {least:g}"
        said = f"precision {found.precision:.5f} recall {found.recall:.5f} F1 {found.f1:.5f}"
        print(f"{name}, {who} at {threshold}: {said}")  # noqa: T201

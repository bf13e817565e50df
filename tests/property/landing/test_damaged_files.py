"""Whatever is done to a file of whatever format, landing ends in an outcome and accounts that balance.

A small fixed number here; ``python -m tests.benchmarks.damaged_files`` runs ten thousand.
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.damaged_files import DAMAGES, run


def test_damaged_files_end_in_an_outcome_and_balance(tmp_path: Path) -> None:
    outcomes = run(tmp_path, files=60, seed=5)
    assert sum(number for word, number in outcomes.items() if word.startswith("file ")) >= 50
    assert {"file landed", "file refused"} <= set(outcomes)
    assert len([word for word in outcomes if word.startswith("damage: ")]) > len(DAMAGES) / 2

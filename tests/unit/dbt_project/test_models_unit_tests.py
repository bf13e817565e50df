"""The models' own unit tests, run by dbt with the rest of the project (the night itself leaves them out)."""

from __future__ import annotations


def test_every_unit_test_passes(built) -> None:
    results = [node for node in built.nodes if node.kind == "unit_test"]
    assert [(node.name, node.status) for node in results if node.status != "pass"] == []
    assert len(results) > 20

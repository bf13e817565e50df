"""The bench of dashboard queries says what it measured, and does not pass what is too slow."""

from __future__ import annotations

import duckdb
import pytest

from tests.benchmarks.dashboard import Timed, product_of, timed
from tests.query_book import Question


def test_every_question_is_asked_once_more_than_it_is_counted() -> None:
    question = Question("a.md", "A question", "secondary_use", "select unnest(range(3));")
    with duckdb.connect() as connection:
        (found,) = timed(connection, [question], times=4)
    assert (found.place, found.rows, len(found.again_ms)) == ("a.md#a-question", 3, 4)
    assert found.is_met


@pytest.mark.parametrize(("again_ms", "is_met"), [((1, 300, 9000), True), ((1, 301, 301), False)])
def test_the_median_is_held_against_the_target(again_ms: tuple[float, ...], is_met: bool) -> None:
    assert Timed("a.md#a", 1, 9000.0, again_ms, 9000.0).is_met == is_met


def test_a_file_that_is_no_product_is_not_timed() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema audit; create table audit.withheld (product varchar)")
        with pytest.raises(SystemExit, match="names 0 products"):
            product_of(connection)

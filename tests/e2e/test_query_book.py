"""The query book on the products of a night: each question on its own product, as it was served."""

from __future__ import annotations

import duckdb
import pytest

from pipeline.settings import PRODUCTS
from tests.query_book import questions
from tests.query_book_checks import CHECKS

# Three hundred people are too few: nobody with social care met a hospital since the night before, nobody left
# a mental health ward or lives in a care home. On the built warehouse all three have rows.
MAY_BE_EMPTY = {
    "care-teams.md#alerts", "care.md#mental-health-follow-up", "people.md#frailty-in-care-homes",
}  # fmt: skip
BOOK = {question.place: question for question in questions()}


@pytest.fixture(scope="module", params=PRODUCTS)
def served(small_night, request: pytest.FixtureRequest):
    """One product of the night, by its name and open for reading."""
    with duckdb.connect(str(small_night.product(request.param)), read_only=True) as connection:
        yield request.param, connection


def test_every_question_runs_on_what_was_served(served) -> None:
    product, connection = served
    places = [place for place, question in BOOK.items() if question.product == product]
    answers = {place: connection.execute(BOOK[place].sql).fetchall() for place in places}
    assert {place for place in places if not answers[place]} <= MAY_BE_EMPTY


def test_the_answers_agree_with_another_way_to_them(served) -> None:
    product, connection = served
    for place, (what, otherwise) in CHECKS.items():
        if BOOK[place].product == product:
            sql = f"with answer as ({BOOK[place].sql.strip().rstrip(';')}) select {what} from answer"
            expected = connection.execute(otherwise).fetchone()
            answer = [value or 0 for value in connection.execute(sql).fetchone()]
            known = [value or 0 for value in expected or [0] * len(answer)]
            assert answer == pytest.approx(known, abs=2 if "gbp" in what else 0), place

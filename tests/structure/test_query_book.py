"""The query book holds together: every question has its parts, is in the index, and asks its own product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from expectations.published.contract import TABLES, tables_of
from pipeline.settings import PRODUCTS
from tests.query_book import BOOK, ROOT, Question, anchor, questions, questions_of

LONGEST_LINE = 120
_LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# The pages that lead people in, and those of a release, are held to the same.
_BESIDE = (
    "quick-look", "columns", "start", "for-analysts", "for-information-governance", "air-gapped", "upgrading",
    "releasing", "licences",
)  # fmt: skip
PAGES = [ROOT / "README.md", *sorted(BOOK.glob("*.md")), *(ROOT / "docs" / f"{name}.md" for name in _BESIDE)]
SOUND = (
    "## A question\n\n*Who?*\n\nProduct `secondary_use`, to plan services.\n\n"
    "```sql\nselect 1;\n```\n\n**Columns.** One.\n\n**Beware.** Of it.\n"
)


def test_twenty_questions_and_more_are_answered_for_analysts() -> None:
    assert len([question for question in questions() if question.product == "secondary_use"]) >= 20


def test_the_index_lists_every_question_once() -> None:
    index = (BOOK / "README.md").read_text(encoding="utf-8").split("## Before you read a number")[0]
    listed = re.findall(r"\]\((\S+\.md#\S+)\)", index)
    assert sorted(listed) == sorted(question.place for question in questions())


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.place)
def test_a_question_asks_tables_of_its_own_product(question: Question) -> None:
    tree = sqlglot.parse_one(question.sql, read="duckdb")
    steps = {cte.alias for cte in tree.find_all(exp.CTE)}
    asked = {f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.name not in steps}
    assert question.product in PRODUCTS
    assert asked and asked <= set(tables_of(question.product))
    assert [line for line in question.sql.splitlines() if len(line) > LONGEST_LINE] == []
    assert question.sql.rstrip().endswith(";")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_the_book_leads_somewhere(page: Path) -> None:
    dead = []
    for name, part in _LINK.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))):
        target = (page.parent / name).resolve() if name else page
        headings = _HEADING.findall(_FENCED.sub("", target.read_text("utf-8"))) if target.is_file() else []
        if not target.exists() or (part and part not in {anchor(heading) for heading in headings}):
            dead.append((name, part))
    assert dead == []


def test_the_page_of_columns_has_every_table_of_the_contract() -> None:
    headings = _HEADING.findall((ROOT / "docs" / "columns.md").read_text(encoding="utf-8"))
    assert set(TABLES) <= set(headings)


def test_a_sound_question_is_taken_as_it_stands() -> None:
    assert list(questions_of("a.md", SOUND)) == [
        Question("a.md", "A question", "secondary_use", "select 1;\n")
    ]


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ("*Who?*", ""),
        ("Product `secondary_use`", "Product secondary_use"),
        ("```sql\nselect 1;\n```", ""),
        ("```sql\n", "```\n"),
        ("select 1;\n```\n", "select 1;\n```\n\n```sql\nselect 2;\n```\n"),
        ("**Columns.** One.", ""),
        ("**Beware.** Of it.", "**Beware.**"),
    ],
)
def test_a_question_that_lacks_a_part_is_refused(part: str, left: str) -> None:
    broken = SOUND.replace(part, left)
    assert broken != SOUND
    with pytest.raises(ValueError, match="each part must be there once"):
        list(questions_of("a.md", broken))

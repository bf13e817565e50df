"""The query book as data: every question of ``docs/queries`` with its product and the one query that answers
it, and the other SQL that the documentation gives for a product.

``python -m tests.query_book build/sql-of-docs`` writes that SQL as files, for ``make sql-style`` to look at.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "docs" / "queries"
MAPPING = "adding-a-source.md"  # its SQL maps a source and runs when that lands, not on a product
PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != MAPPING)]
"""The pages beside the book."""
_SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a question must have, each exactly once: the analyst's words, the product, and how to read the answer.
_PARTS = {
    "question": re.compile(r"^\*([^*].*?[^*])\*$", re.MULTILINE | re.DOTALL),
    "product": re.compile(r"^Product `(\w+)`, (?:for|to) ", re.MULTILINE),
    "sql": _SQL,
    "columns": re.compile(r"^\*\*Columns\.\*\* (\S)", re.MULTILINE),
    "beware": re.compile(r"^\*\*Beware\.\*\* (\S)", re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the book."""

    page: str
    title: str
    product: str
    sql: str

    @property
    def place(self) -> str:
        """Page and heading, as a link names it: ``people.md#segments-tonight``."""
        return f"{self.page}#{anchor(self.title)}"


def anchor(title: str) -> str:
    """The name that a heading has in a link."""
    return re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")


def questions_of(page: str, text: str) -> Iterator[Question]:
    """The questions of one page; raises :class:`ValueError` where one lacks a part or has it twice."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title = section.split("\n", 1)[0]
        found = {part: pattern.findall(section) for part, pattern in _PARTS.items()}
        wrong = {part: len(values) for part, values in found.items() if len(values) != 1}
        if wrong:
            raise ValueError(f"{page}, {title}: each part must be there once, found {wrong}")
        yield Question(page, title, found["product"][0], found["sql"][0])


def questions() -> list[Question]:
    """The whole book, page by page."""
    pages = sorted(path for path in BOOK.glob("*.md") if path.name != "README.md")
    return [question for page in pages for question in questions_of(page.name, page.read_text("utf-8"))]


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of one language in a page."""
    fenced = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return fenced.findall(path.read_text(encoding="utf-8"))


def write_sql(folder: Path) -> list[Path]:
    """Each query of the book and of the other pages as a file of its own, named by page and line, in a folder
    that is made anew. What attaches a database is left out: sqlfluff has no grammar for it."""
    shutil.rmtree(folder, ignore_errors=True)
    written = []
    for page in [*sorted(BOOK.glob("*.md")), *PAGES]:
        text = page.read_text(encoding="utf-8")
        for found in _SQL.finditer(text):
            if not found[1].startswith("attach "):
                first_line = text.count("\n", 0, found.start(1)) + 1
                path = folder / page.relative_to(ROOT) / f"from_line_{first_line}.sql"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(found[1], encoding="utf-8")
                written.append(path)
    return written


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m tests.query_book", description=write_sql.__doc__)
    asked.add_argument("folder", type=Path)
    write_sql(asked.parse_args().folder)

"""The pages for the information governance lead say what the register says."""

from __future__ import annotations

from pipeline.handling import pages
from pipeline.handling.tables import BLOCKS


def test_no_generated_part_is_stale() -> None:
    assert [page.name for page in pages.stale()] == [], "run `make docs`"


def test_every_part_is_on_a_page() -> None:
    shown = [name for page in pages.PAGES for name in pages.parts_of(page.read_text(encoding="utf-8"))]
    assert sorted(shown) == sorted(BLOCKS)


def test_a_changed_table_is_found() -> None:
    text = pages.PAGES[0].read_text(encoding="utf-8")
    changed = text.replace("| `section_251_risk_stratification`", "| `something_else`", 1)
    assert changed != text
    assert pages.written(changed) == pages.written(text)

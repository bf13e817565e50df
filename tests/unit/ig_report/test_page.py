"""The page itself: needs nothing from outside, reads without sight, in light, in the dark and on paper."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

import pipeline.ig_report
import pipeline.pages
import pipeline.run_report
from pipeline.ig_report.sections import SECTIONS
from tests.release_desk import Desk, Page

ON_PAPER = ("ink", "soft", "s1", "bad", "good")
# Inks on the grounds that they are used on: the page, its panels, and the verdict of each level.
PAIRS = (
    *((ink, "paper") for ink in ON_PAPER), ("ink", "panel"), ("soft", "panel"),
    *((ink, f"{level}-paper") for level in ("bad", "warn", "good") for ink in ("ink", "soft", "s1")),
    ("bad", "bad-paper"), ("warn", "warn-paper"), ("warn", "bad-paper"),
    *(("ink", ground) for ground in ("whole", "part", "gap")),  # tiles of the map of boroughs
)  # fmt: skip
VOID = {"meta", "rect", "path"}


@pytest.fixture
def page(desk: Desk) -> Page:
    return desk.night().page()


def test_nothing_is_fetched_from_anywhere(page: Page) -> None:
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "image", "object", "embed", "form", "base", "use"}
    links = [known["href"] for tag, known in page.tags if "href" in known]
    assert links and all(str(link).startswith("#") for link in links)
    assert not [known for _, known in page.tags if {"src", "srcset", "action", "xlink:href"} & set(known)]
    assert not re.findall(r"url\(|@import|https?://", page.source)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.source


def test_every_link_leads_somewhere_and_every_section_is_linked(page: Page) -> None:
    ids = [known["id"] for _, known in page.tags if "id" in known]
    assert len(ids) == len(set(ids))
    links = {str(known["href"])[1:] for _, known in page.tags if "href" in known}
    assert links == set(SECTIONS) <= set(ids)
    named = {str(known["aria-labelledby"]) for _, known in page.tags if "aria-labelledby" in known}
    assert {name for names in named for name in names.split()} <= set(ids)


def test_headings_go_down_one_step_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert levels.count(2) == 1 + len(SECTIONS)


def test_every_table_says_what_it_is_and_every_heading_of_one_its_scope(page: Page) -> None:
    tables = page.source.count("<table")
    assert tables > 20
    assert len(re.findall(r"<table[^>]*>\s*<caption class=\"soft\">[^<]{5,}", page.source)) == tables
    assert all(known.get("scope") in ("col", "row", "rowgroup") for tag, known in page.tags if tag == "th")
    wide = [known for _, known in page.tags if known.get("class") == "scroll"]
    assert all(
        known["tabindex"] == "0" and known["role"] == "region" and known["aria-label"] for known in wide
    )


def test_the_drawing_has_a_title_and_a_description(page: Page) -> None:
    drawings = [known for tag, known in page.tags if tag == "svg"]
    assert [known["role"] for known in drawings] == ["img"]
    title, description = str(drawings[0]["aria-labelledby"]).split()
    assert f'<title id="{title}">' in page.source
    found = re.search(rf'<desc id="{description}">([^<]+)</desc>', page.source)
    assert found and len(found[1]) > 300


def test_the_page_says_its_language_and_fits_a_phone(page: Page) -> None:
    assert page.tags[0] == ("html", {"lang": "en-GB"})
    assert 'content="width=device-width, initial-scale=1"' in page.source
    assert not [known for _, known in page.tags if str(known.get("tabindex", "0")) not in ("0",)]


def test_every_element_is_closed(page: Page) -> None:
    for name in {tag for tag, _ in page.tags} - VOID:
        opened = len(re.findall(rf"<{name}[ >]", page.source))
        assert opened == page.source.count(f"</{name}>"), name


def test_printing_repeats_the_heads_of_tables(page: Page) -> None:
    printed = page.source.split("@media print", 1)[1]
    assert "thead { display: table-header-group; }" in printed
    assert "@page { size: A4;" in page.source


def test_it_says_who_may_see_it(page: Page) -> None:
    assert "Keep this page inside the organisation." in page.texts
    assert any("exact counts, also below 8" in text for text in page.texts)


def test_the_same_findings_give_the_same_page(desk: Desk) -> None:
    from pipeline.ig_report.page import render

    desk.night()
    assert render(desk.findings(), linkage_page="") == render(desk.findings(), linkage_page="")


def test_a_word_from_a_sender_is_shown_and_not_obeyed(desk: Desk) -> None:
    word = "<script>alert('x')</script> & \"more\""
    desk.night().put(
        "feed", {"source": "gp", "sender": word, "feed": "emis", "outcome": "missing", "message": word}
    )
    desk.put("extension", {"file_id": "a", "resource_type": "Patient", "place": word, "url": word,
                           "records": 1, "extensions": 1})  # fmt: skip
    page = desk.page()
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.texts.count(word) >= 3


# --- Contrast: WCAG 2.2, success criterion 1.4.3 ------------------------------------------------------------


def colours() -> list[dict[str, str]]:
    """The colours of light, dark and print by their names."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    printed: dict[str, str] = {}
    shared = Path(str(pipeline.pages.__file__)).parent
    own = [Path(str(room.__file__)).parent for room in (pipeline.ig_report, pipeline.run_report)]
    for path in (shared / "page.css", shared / "verdict.css", *(folder / "page.css" for folder in own)):
        style = path.read_text(encoding="utf-8")
        before, _, paper = style.partition("@media print")
        day, _, night = before.partition("prefers-color-scheme: dark")
        for found, text in ((light, day), (dark, night), (printed, paper)):
            found |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})", text))
    return [light, light | dark, light | printed]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", [0, 1, 2], ids=["light", "dark", "print"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_can_be_told_from_its_ground(mode: int, ink: str, paper: str) -> None:
    known = colours()[mode]
    assert contrast(known[ink], known[paper]) >= 4.5


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)

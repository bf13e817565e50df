"""Whatever the ledger holds, the page shows its numbers, and no nought for what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.settings import PRODUCTS
from tests.release_desk import Desk, Page

_PROFILE = settings(max_examples=12, deadline=None, derandomize=True)
_ROWS = st.integers(0, 3_000_000)
# For a file: rows quarantined, superseded, withheld from each product, and those that are left.
_FILES = st.lists(st.tuples(_ROWS, _ROWS, _ROWS, _ROWS, _ROWS), min_size=1, max_size=4)
_REASONS = st.dictionaries(
    st.sampled_from(("deleted", "confidential", "type_1_objection", "national_opt_out", "not_linked")),
    st.tuples(_ROWS, _ROWS), max_size=5,
)  # fmt: skip


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> pytest.TempPathFactory:
    """Folders for many deployments: one an example."""
    return tmp_path_factory


def desk_with(folder: Path, files: list[tuple[int, ...]]) -> Desk:
    """A deployment whose only run landed the files; each product gets the rest of what it withheld."""
    desk = Desk(folder)
    desk.put("run", {"as_of": "2026-03-31", "started_at": "x", "outcome": "published", "code_version": "1"})
    desk.log("links_exported")
    for place, (lost, old, out_1, out_2, left) in enumerate(files):
        name, landed = f"f{place}", old + out_1 + out_2 + left
        desk.put("file", {"file_id": name, "source": f"s{place % 2}", "sender": "YGM01", "format": "sus",
                          "extract_date": "2026-03-31", "file_name": name, "file_sha256": "0",
                          "rows_in": landed + lost, "rows_landed": landed, "rows_quarantined": lost,
                          "outcome": "landed"})  # fmt: skip
        desk.put("file_seen", {"file_id": name, "outcome": "landed"})
        current = landed - old
        desk.put("stage", {"file_id": name, "stage": "current", "rows_in": landed, "rows_out": current,
                           "rows_superseded": old})  # fmt: skip
        for product, out in zip(PRODUCTS, (out_1, out_2), strict=True):
            desk.put("stage", {"file_id": name, "stage": "pseudonymised", "product": product,
                               "rows_in": current, "rows_withheld": out,
                               "rows_out": current - out})  # fmt: skip
    return desk


def shown(numbers: list[int]) -> list[str]:
    return [f"{number:,}" for number in numbers]


@_PROFILE
@given(files=_FILES)
def test_row_accounts_are_the_ledger_s(folders: pytest.TempPathFactory, files: list[tuple[int, ...]]) -> None:
    desk = desk_with(folders.mktemp("desk"), files)
    page = desk.page()
    told = desk.ledger.query(
        "select sum(rows_in) as i, sum(rows_quarantined) as q, sum(rows_landed) as l from file"
    )[0]
    assert page.section("accounts").row(
        "all sources", str(len(files)), "0", *shown([told["i"], told["q"], told["l"]]), "0"
    )
    stages = desk.ledger.query(
        "select product, sum(rows_superseded) as old, sum(rows_withheld) as out, sum(rows_out) as rest "
        "from stage group by product order by product"
    )
    current, *made = stages
    numbers = [current["old"], current["rest"], *(row[name] for row in made for name in ("out", "rest"))]
    assert page.section("accounts").row("all sources", *shown(numbers))
    assert page.section("flow").row("Landed", "rows", f"{told['l']:,}")
    assert page.section("accounts").fact("Accounts out of balance") == "0"
    assert desk.matters("act", "accounts") == []


@_PROFILE
@given(
    files=_FILES, place=st.integers(0, 3), more=st.integers(1, 9),
    column=st.sampled_from(("rows_in", "rows_out", "rows_superseded")),
)  # fmt: skip
def test_one_row_too_many_anywhere_is_acted_on(
    folders: pytest.TempPathFactory, files: list[tuple[int, ...]], place: int, column: str, more: int
) -> None:
    desk = desk_with(folders.mktemp("desk"), files)
    desk.sql(f"update stage set {column} = {column} + ? where file_id = ? and stage = 'current'",
             more, f"f{place % len(files)}")  # fmt: skip
    assert "Row accounts do not balance" in desk.matters("act", "accounts")[0]


@_PROFILE
@given(first=_REASONS, second=_REASONS)
def test_people_and_rows_left_out_are_the_ledger_s(
    folders: pytest.TempPathFactory,
    first: dict[str, tuple[int, int]],
    second: dict[str, tuple[int, int]],
) -> None:
    desk = Desk(folders.mktemp("desk"))
    desk.put("run", {"as_of": "2026-03-31", "started_at": "x", "outcome": "published", "code_version": "1"})
    for product, reasons in zip(PRODUCTS, (first, second), strict=True):
        for reason, (people, rows) in reasons.items():
            desk.put("withheld", {"product": product, "reason": reason, "people": people, "rows": rows})
    section: Page = desk.page().section("objections")
    for reason, meaning in (
        ("deleted", "Deleted by decision"),
        ("national_opt_out", "National data opt-out"),
    ):
        cells = []
        for reasons in (first, second):
            known = reasons.get(reason, (0, 0) if reasons else None)
            cells += shown(list(known)) if known else ["not known", "not known"]
        assert section.row(meaning, *cells), (meaning, cells)

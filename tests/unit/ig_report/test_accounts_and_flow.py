"""Row accounts balance or are acted on; the picture shows the same counts."""

from __future__ import annotations

from tests.release_desk import RUN, Desk


def test_the_accounts_stand_by_source_and_with_their_sum(desk: Desk) -> None:
    section = desk.night().page().section("accounts")
    assert section.row("acute", "1", "0", "60", "3", "57", "0")
    assert section.row("gp", "1", "0", "100", "0", "100", "0")
    assert section.row("all sources", "2", "0", "160", "3", "157", "0")
    assert section.row("acute", "4", "53", "5", "48", "9", "44")
    assert section.row("all sources", "4", "153", "10", "143", "18", "135")
    assert section.fact("Accounts out of balance") == "0"
    assert desk.matters("act", "accounts") == []


def test_a_row_that_is_lost_within_a_stage_is_acted_on(desk: Desk) -> None:
    desk.night().sql("update stage set rows_withheld = 4 where product = 'direct_care' and file_id = 'a'")
    assert desk.page().section("accounts").fact("Accounts out of balance") == "1"
    assert desk.matters("act", "accounts") == [
        "Row accounts do not balance: 1 within a stage, 0 from one stage to the next."
    ]


def test_a_row_that_is_lost_between_two_stages_is_acted_on(desk: Desk) -> None:
    desk.night().sql("update stage set rows_in = 99, rows_out = 99 where stage = 'current' and file_id = 'a'")
    assert (
        "0 within a stage, 3 from one" in desk.matters("act", "accounts")[0]
    )  # from landing, to two products


def test_an_unbalanced_landing_is_acted_on(desk: Desk) -> None:
    desk.night().sql("update file set rows_quarantined = 0 where file_id = 'b'")
    assert "1 within a stage" in desk.matters("act", "accounts")[0]


def test_a_product_that_was_not_made_has_no_nought(desk: Desk) -> None:
    desk.night().sql("delete from stage where product = 'secondary_use'")
    section = desk.page().section("accounts")
    assert section.row("all sources", "4", "153", "10", "143", "not known", "not known")
    assert desk.page().section("flow").row("secondary use: left out", "rows", "not known")


def test_a_source_without_a_row_in_use_gives_nought_and_no_doubt(desk: Desk) -> None:
    desk.night().sql("update stage set rows_in = 0, rows_out = 0 where file_id = 'a' and stage = 'current'")
    desk.sql("delete from stage where file_id = 'a' and stage = 'pseudonymised'")
    assert desk.page().section("accounts").row("gp", "0", "0", "0", "0", "0", "0")


def test_refused_files_are_looked_at(desk: Desk) -> None:
    desk.night().sql(
        "update file set outcome = 'refused', rows_landed = 0, rows_quarantined = 60 where file_id = 'b'"
    )
    assert "Received files that were refused whole: 1." in desk.matters("look", "accounts")


def test_files_of_earlier_nights_whose_rows_are_in_use_count(desk: Desk) -> None:
    desk.night().sql("delete from file_seen where file_id = 'a'")
    assert desk.page().section("accounts").row("gp", "1", "0", "100", "0", "100", "0")


def test_the_picture_says_in_words_what_it_shows(desk: Desk) -> None:
    flow = desk.night().page().section("flow")
    told = flow.texts[flow.texts.index(f"The way of the data, with the counts of run {RUN}") + 1]
    for words in (
        "From senders (2) come files (2) with rows (160)", "3 are refused and kept aside, 157 land",
        "4 are replaced", "153 are in use", "For direct care: rows left out 10, rows given pseudonyms 143",
        "people 585; it is published", "counts shown 442, counts hidden 58; it is published",
    ):  # fmt: skip
        assert words in told
    assert {"rows received: 160", "rows landed: 157", "rows: 3", "rows in use: 153", "rows: 143"} <= set(
        flow.texts
    )
    assert flow.row("left out, rows:", "18")
    assert flow.row("open: hidden", "counts", "58")


def test_counts_that_are_not_known_are_said_to_be_so_on_the_picture(desk: Desk) -> None:
    desk.night().sql("delete from disclosure")
    flow = desk.page().section("flow")
    assert {"counts hidden: not known", "counts shown: not known"} <= set(flow.texts)

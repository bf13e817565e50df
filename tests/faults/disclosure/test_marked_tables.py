"""Tables of a person-level product that are marked: shown by the rule, hidden by proof, or not published."""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.products import check_marked
from pipeline import controlled
from pipeline.controlled.words import META
from pipeline.errors import ChecksRefusedError, SetupError
from tests.marked_tables import COST_WORDS, COSTS, Warehouse, rows

POPULATION = "wsic.population_count"
# Three people of one practice, network and borough are of a sex that many of one other practice have.
_FEW = (
    "update core.person set sex = 'other' where person_key in (sha256('person9'), sha256('person21'), "
    "sha256('person33')) or (practice_code = 'E84002' and age_band = '18-64')",
    "update marts.dim_person set sex = 'other' where person_key in (select person_key from core.person where "
    "sex = 'other')",
    "delete from wsic.population_count where segment_id = 'all'",
    "insert into wsic.population_count by name with placed as (select *, "
    "unnest(['system', 'borough', 'pcn', 'practice']) as area_type, "
    "unnest(['system', local_authority_code, pcn_code, practice_code]) as area_code from core.person) "
    "select area_type, area_code, age_band, sex, 'all' as segment_id, 'All segments' as segment_name, "
    "count(*) as people from placed group by all",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Warehouse(tmp_path_factory.mktemp("template"))
    made.change(*_FEW)
    return made.source


@pytest.fixture
def warehouse(tmp_path: Path, template: Path) -> Warehouse:
    shutil.copy(template, tmp_path)
    return Warehouse(tmp_path)


def test_money_of_few_people_or_mostly_of_one_is_suppressed_with_what_would_give_it_away(
    warehouse: Warehouse,
) -> None:
    found = rows(
        warehouse.version("first"),
        "select area_code, people, cost_gbp::integer, cost_per_person_gbp from wsic.cost_by_area "
        "where setting = 'acute' order by area_code",
    )
    assert [(code, cost) for code, _, cost, _ in found if cost is not None] == [
        ("E4", 30000), ("system", 59800),
    ]  # fmt: skip
    people = {code: count for code, count, _, _ in found}
    assert people["E2"] is None
    assert sum(count is None for count in people.values()) == 2
    assert {code: rate for code, _, _, rate in found if rate is not None} == {
        "E4": 250, "system": pytest.approx(59800 / 255),
    }  # fmt: skip
    assert rows(warehouse.version("again"), "from wsic.cost_by_area where largest_cost_gbp is not null") == []


def test_rows_stay_as_they_are_and_in_their_order(warehouse: Warehouse) -> None:
    query = (
        "select * exclude (people, cost_gbp, cost_per_person_gbp, largest_cost_gbp) from wsic.cost_by_area"
    )
    assert rows(warehouse.version("first"), query) == rows(warehouse.source, query)
    assert rows(warehouse.version("second"), "from core.person") == rows(warehouse.source, "from core.person")


def test_few_people_of_the_projects_own_table_are_hidden_and_cannot_be_had(warehouse: Warehouse) -> None:
    """Rows hold no total of areas but the system's, none of ages and sexes, and segments count them again."""
    version = warehouse.version("first")
    small = "from wsic.population_count where people between 1 and 7"
    assert rows(warehouse.source, small)
    assert rows(version, small) == []
    hidden = "select count(*) filter (where people is null), count(people) from wsic.population_count"
    ((n_hidden, n_shown),) = rows(version, hidden)
    assert n_hidden > len(rows(warehouse.source, small))
    assert n_shown > 0
    for what in ("is_small_and_shown", "is_not_rounded", "is_recoverable", "is_differenced"):
        assert warehouse.found(what, version) == []


def test_a_group_beside_the_total_of_another_breakdown_is_found(warehouse: Warehouse) -> None:
    """Without the cells hidden beside it, the few are what segments less ages and sexes leave."""
    version = warehouse.version("first")
    warehouse.change(_shown_again(warehouse), database=version)
    exposed = warehouse.found("is_recoverable", version)
    assert exposed
    assert all("other" in place and place.startswith(f"{POPULATION} people in") for place in exposed)


def _shown_again(warehouse: Warehouse) -> str:
    """Shows in a version all counts that are hidden only beside others."""
    path = warehouse.folder / "true.parquet"
    warehouse.change(f"copy {POPULATION} to '{path}' (format parquet)")
    place = "(area_type, area_code, age_band, sex, segment_id)"
    return (
        f"update {POPULATION} as v set people = 5 * ((t.people + 2) // 5) from '{path}' as t "
        f"where v.people is null and t.people > 7 and row{place.replace('(', '(t.').replace(', ', ', t.')} = "
        f"row{place.replace('(', '(v.').replace(', ', ', v.')}"
    )


FAULTS = {
    "a small count": (
        "is_small_and_shown",
        "update wsic.cost_by_area set people = 5 where area_code = 'E2' and setting = 'acute'",
        "wsic.cost_by_area people in 2025-26 acute borough E2",
    ),
    "a dominated amount": (
        "is_small_and_shown",
        "update wsic.cost_by_area set cost_gbp = 9000 where area_code = 'E1' and setting = 'acute'",
        "wsic.cost_by_area cost_gbp in 2025-26 acute borough E1",
    ),
    "a true count": (
        "is_not_rounded", "update wsic.cost_by_area set people = 121 where people = 120",
        "wsic.cost_by_area people in 2025-26 acute borough E4",
    ),
    "a quotient of true numbers": (
        "is_small_and_shown", "update wsic.cost_by_area set cost_per_person_gbp = 140 where area_code = 'E2'",
        "wsic.cost_by_area.cost_per_person_gbp",
    ),
    "the most of one person": (
        "is_small_and_shown", "update wsic.cost_by_area set largest_cost_gbp = 90 where people = 60",
        "wsic.cost_by_area.largest_cost_gbp",
    ),
    "a row too few": (
        "is_small_and_shown", "delete from wsic.cost_by_area where people is null", "wsic.cost_by_area",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_would_disclose_is_refused_and_named(fault: str, warehouse: Warehouse) -> None:
    what, statement, place = FAULTS[fault]
    version = warehouse.version("first")
    warehouse.change(statement, database=version)
    assert place in warehouse.found(what, version)
    with duckdb.connect() as connection:
        refused = [
            result for result in check_marked(connection, warehouse.findings(version)) if result.refuses
        ]
    assert any(place in str(result) for result in refused)


def test_a_version_before_counts_as_known(warehouse: Warehouse) -> None:
    """A count that was shown and has not changed can hide no other."""
    first = warehouse.version("first")
    before = "update wsic.cost_by_area set cost_gbp = 9000 where area_code = 'E1' and setting = 'acute'"
    warehouse.change(before, database=first)
    second = warehouse.version("second", first)
    assert warehouse.found("is_recoverable", second, first) == []
    assert warehouse.found("was_given_away", second, first) != []
    warehouse.change("update wsic.cost_by_area set cost_gbp = null", database=first)
    warehouse.change(
        "update wsic.cost_by_area set people = 0, cost_gbp = 0 where area_code = 'E2' and setting = 'acute'"
    )
    third = warehouse.version("third", first)
    gone = "from wsic.cost_by_area where area_code = 'E2' and setting = 'acute' and people is null"
    assert rows(third, gone), "to show the 0 would tell that the few of the version before have gone"
    assert rows(warehouse.version("fourth"), gone) == []


def test_versions_of_another_night_say_nothing_of_a_table_of_the_night(warehouse: Warehouse) -> None:
    first = warehouse.version("first")
    warehouse.change("update wsic.population_count set people = 0", database=first)
    same = warehouse.found("was_given_away", warehouse.version("second", first), first)
    warehouse.change("update audit.run set as_of = as_of - 1", database=first)
    assert warehouse.found("was_given_away", warehouse.version("third", first), first) == []
    assert same == []


def _without(word: str) -> dict[str, Any]:
    words = deepcopy(COST_WORDS)
    del words[word]
    return words


BAD_WORDS = {
    "no words": (None, "has no meta"),
    "a word nobody knows": ({**COST_WORDS, "counst": []}, "word 'counst' is not known"),
    "no products": (_without("products"), "products must be a list"),
    "nothing counted": ({**_without("amounts"), "counts": []}, "counts or amounts"),
    "nothing said of the night": (_without("of_the_night"), "of_the_night"),
    "a column without a word": (_without("labels"), "columns that have no word: currency"),
    "a column with two": ({**COST_WORDS, "figures": ["financial_year", "currency"]}, "two words: currency"),
    "a column that is not there": ({**COST_WORDS, "labels": ["currency", "price"]}, "not there: price"),
    "money without its people": ({**COST_WORDS, "amounts": {"cost_gbp": {}}}, "words are not whole"),
    "a kind without its whole": (
        {**COST_WORDS, "kinds": [{"kind": "area_type", "value": "area_code"}]}, "words are not whole",
    ),
    "a tie without its values": (
        {**COST_WORDS, "same": [{"measure": "a", "of": "b", "column": "area_type"}]},
        "column and values go together",
    ),
    "a quotient of what is no count": (
        {
            **COST_WORDS,
            "rates": {"cost_per_person_gbp": {"above": "cost_gbp", "below": "currency", "times": 1}},
        },
        "divided and no counts: currency",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_WORDS)
def test_a_table_that_is_marked_without_the_words_is_not_published(bad: str, warehouse: Warehouse) -> None:
    words, says = BAD_WORDS[bad]
    warehouse.by_site = f"direct_care:{COSTS}"
    warehouse.models[COSTS] = {META: words} if words else {}
    with pytest.raises(ChecksRefusedError, match=f"{COSTS} is marked .*{says}"):
        warehouse.version("first")


def test_two_rows_of_one_place_that_differ_are_refused(warehouse: Warehouse) -> None:
    warehouse.change(
        "insert into wsic.cost_by_area select * replace (people + 1 as people) from wsic.cost_by_area limit 1"
    )
    with pytest.raises(ChecksRefusedError, match="rows of one place count differently: people"):
        warehouse.version("first")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("wsic.metric", "is no mark; valid: direct_care:schema.table"),
        ("open:open.metric", "is no mark"),
        ("direct_care:wsic.metrics", "table 'wsic.metrics' is not known; valid: wsic.cost_by_area"),
    ],
)
def test_a_site_can_mark_only_what_there_is(setting: str, says: str, warehouse: Warehouse) -> None:
    warehouse.by_site = setting
    with pytest.raises(SetupError, match=says):
        _ = warehouse.marked


def test_a_site_marks_for_one_product_and_the_model_for_its_own(warehouse: Warehouse) -> None:
    named = [marked.name for marked in warehouse.marked]
    assert named == [COSTS, POPULATION]
    assert controlled.marked_tables(warehouse.models, "secondary_use", warehouse.by_site) == []
    with pytest.raises(ChecksRefusedError, match="open product is made from its true counts"):
        controlled.marked_tables(warehouse.models, "secondary_use", f"secondary_use:{POPULATION}")

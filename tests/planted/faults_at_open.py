"""Faults in what the open product is made from, in it and in its copies, and in going back to a version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pipeline.open_product.release as open_release
from pipeline.errors import UsageError
from pipeline.settings import OPEN_PRODUCT
from tests.planted.damage import both, served
from tests.planted.deployment import BEFORE, OBJECTORS, PRODUCT, RUN_ID, Deployment
from tests.planted.fault import Damage, Fault, Plant
from tests.planted.faults_after_dbt import LOOKED, NOT_CHECKED, ROW, after, before_copies, blind

Patch = pytest.MonkeyPatch
_BOROUGH = "metric_id = 'emergency_admissions' and area_type = 'borough'"

_OPEN: dict[str, Any] = {"step": "publish_open", "is_published": True}


def _in_open(relation: str = "open.metric") -> Damage:
    return served(relation, product=OPEN_PRODUCT)


def _csv_differs(_: Deployment, given: tuple[Any, ...]) -> None:
    path = given[1] / "open.metric.csv"
    path.write_text(path.read_text("utf-8").replace(",*,", ",3,"), "utf-8")


def _refused_since(d: Deployment, _: Patch) -> None:
    with d.ledger.transaction() as connection:
        connection.execute("update publication set outcome = 'refused' where run_id = ?", [RUN_ID])


def _release_gone(d: Deployment, _: Patch) -> None:
    row = {"run_id": BEFORE, "product": "open", "outcome": "published", "at": "x", "message": ""}
    d.ledger.put("publication", [row])


def _cells_gone(d: Deployment, _: Patch) -> None:
    d.ledger.put("released_cells", [{"number": 1, "run_id": BEFORE, "sha256": "0" * 64, "kept_at": "x"}])


def _served(*statements: str) -> Plant:
    """A hand on the version of secondary_use that is served."""
    return lambda d, _: d.change(*statements, database=_version(d))


def _version(d: Deployment) -> Path:
    return d.zones.published(PRODUCT) / "versions" / f"{RUN_ID}.duckdb"


def _objector_served(d: Deployment, _: Patch) -> None:
    key = d.key_of(OBJECTORS["type_1_objection"])
    d.change(ROW.format("core.activity", key), database=_version(d))


def _reply_lapsed(d: Deployment, _: Patch) -> None:
    row = d.ledger.query("select * from objection_check where run_id = ?", (RUN_ID,))[0]
    d.ledger.put("objection_check", [{**row, "run_id": BEFORE, "reply_lapses_on": "2026-03-01"}])


def _another_key(d: Deployment, _: Patch) -> None:
    with d.ledger.transaction() as connection:
        connection.execute(
            "update run set key_ids = replace(key_ids, 'product:', 'product:x') where run_id = ?", [BEFORE]
        )


def _all(*plants: Plant) -> Plant:
    def plant(d: Deployment, patch: Patch) -> None:
        for each in plants:
            each(d, patch)

    return plant


# 61 less 58 is 3, and however they are rounded, not 7.
_SMALL_DIFFERENCE = (
    "update wsic.metric set numerator = 58, n_numerator_people = 58 where area_code = 'E09000009'",
    "update wsic.metric set numerator = 61 where area_type = 'system' and unit = 'per 1000 people'",
    "delete from wsic.metric where area_code = 'E09000013'",
)

_DIFFERENCE = "metric_id = 'emergency_admissions' and (area_type = 'system' or area_code = 'E09000009')"


def _went_back(d: Deployment) -> bool:
    return d.served() == BEFORE


def _is_published(d: Deployment) -> bool:
    rows = "select 1 from publication where run_id = ? and product = ? and outcome = 'published'"
    return bool(d.ledger.query(rows, (RUN_ID, PRODUCT)))


def _looked_for_open(d: Deployment) -> bool:
    return bool(
        d.ledger.query("select 1 from rule_result where run_id = ? and rule_id = 'open_people'", (RUN_ID,))
    )


def _before_is_forgotten(d: Deployment) -> bool:
    """Whether nothing is kept of what the release before showed."""
    return not d.ledger.query("select 1 from released_cells where run_id = ?", (BEFORE,))


def _row_of(d: Deployment, why: str) -> str:
    return f"core.activity where person_key = '{d.key_of(OBJECTORS[why])}'"


def _shown_in_csv(d: Deployment) -> bool:
    path = d.zones.published(OPEN_PRODUCT) / "parquet" / RUN_ID / "open.metric.csv"
    return d.served(OPEN_PRODUCT) == RUN_ID and ",3," in path.read_text("utf-8")


AT_OPEN = (
    Fault(
        name="open made from a version that was refused", gate="open.made_from_published",
        says="published no secondary_use", plant=_refused_since, **_OPEN,
        damage=both(_in_open(), lambda d: not _is_published(d)),
    ),
    Fault(
        name="a release of open whose version somebody took away", gate="open.releases_known",
        says=f"release {BEFORE} was published, its cells are not kept, and its version .* is not there",
        plant=_release_gone, **_OPEN, damage=both(_in_open(), _before_is_forgotten),
    ),
    Fault(
        name="the kept cells of a release of open taken away", gate="open.releases_known",
        says=f"what release {BEFORE} showed is not kept as it was .*: the file is gone",
        plant=_cells_gone, **_OPEN, damage=both(_in_open(), _before_is_forgotten),
    ),
    Fault(
        name="an objector in the version that open is made from", gate="objections.open",
        says=LOOKED.format("open"), plant=_objector_served, **_OPEN,
        damage=both(_in_open(), served(lambda d: _row_of(d, "type_1_objection"))),
    ),
    Fault(
        name="skipped: the look into what open is made from", gate="publish.passed",
        says=NOT_CHECKED + r"objections\.open_people", plant=blind("open"), **_OPEN,
        damage=both(_in_open(), lambda d: not _looked_for_open(d)),
    ),
    Fault(
        name="a key of a record in open", gate="open: published.open",
        says=r"published\.open\.no_person_level_column",
        plant=before_copies("alter table open.population add column spell_key varchar"), **_OPEN,
        damage=_in_open("(select spell_key from open.population)"),
    ),
    Fault(
        name="true counts beside those that are shown", gate="open: published.open",
        says=r"published\.open\.tables_as_agreed: .*open\.metric\.numerator_exact",
        plant=before_copies(
            "alter table open.metric add column numerator_exact double",
            "update open.metric set numerator_exact = 3.0 where numerator is null",
        ),
        damage=_in_open("open.metric where numerator_exact = 3"), **_OPEN,
    ),
    Fault(
        name="counts of a group that nobody counted", gate="open: published.open",
        says=r"published\.open\.rows_were_counted: .*open\.metric",
        plant=before_copies(
            "insert into open.metric select * replace ('made up' as group_value) from open.metric limit 1"
        ),
        damage=_in_open("open.metric where group_value = 'made up'"), **_OPEN,
    ),
    Fault(
        name="a suppressed cell published", gate="open: published.disclosure",
        says=r"published\.disclosure\.small_counts_suppressed",
        plant=before_copies(f"update open.metric set numerator = 5 where {_BOROUGH} and numerator is null"),
        damage=_in_open(f"open.metric where {_BOROUGH} and numerator = 5"), alone=True,
        behind=("open: published.open",), **_OPEN,
    ),
    Fault(
        name="a total left in", gate="open: published.disclosure",
        says=r"published\.disclosure\.not_recoverable",
        plant=_all(_served(*_SMALL_DIFFERENCE), lambda d, patch: patch.setattr(
            "pipeline.disclosure.withheld.suppress", lambda cells, kept, tables: cells.sensitive)), **_OPEN,
        damage=_in_open(f"(select count(numerator) as n from open.metric where {_DIFFERENCE}) where n = 2"),
        alone=True,
    ),
    Fault(
        name="a count that is not rounded as elsewhere", gate="open: published.disclosure",
        says=r"published\.disclosure\.shown_as_rounded",
        plant=before_copies("update open.metric set denominator = 70 where area_code = 'E84000'"), **_OPEN,
        damage=_in_open("open.metric where denominator = 70"), alone=True, behind=("open: published.open",),
    ),
    Fault(
        name="a telephone number in the name of a segment", gate="open: published.leaks",
        says=r"published\.leaks\.no_telephone",
        plant=before_copies("update open.segment set segment_name = 'call 020 7946 0018'"), **_OPEN,
        damage=_in_open("open.segment where segment_name = 'call 020 7946 0018'"),
        behind=("open: published.open",),
    ),
    Fault(
        name="a name of the index in the name of a segment", gate="open: published.index_leaks",
        says=r"published\.index_leaks\.no_name",
        plant=before_copies("update open.segment set segment_name = 'Zephaniah Quillfeather'"), **_OPEN,
        damage=_in_open("open.segment where segment_name = 'Zephaniah Quillfeather'"),
        behind=("open: published.open",),
    ),
    Fault(
        name="a suppressed cell shown in the CSV only", gate="copies",
        says=r"published\.copies\.copies_equal_tables: .*open\.metric\.csv",
        plant=after(open_release, "write_csv", _csv_differs), **_OPEN, damage=_shown_in_csv,
    ),
    Fault(
        name="two metrics that count one measure differently", gate="open.measures_agree",
        says="count the same measure differently",
        plant=_served(
            "insert into wsic.metric select * replace ('copy' as metric_id, numerator + 20 as numerator) "
            "from wsic.metric where metric_id = 'emergency_admissions'"
        ),
        damage=_in_open("open.metric where metric_id = 'copy'"), **_OPEN,
    ),
    Fault(
        name="a metric of a unit nobody knows", gate="open.units_known", says="unit of a metric",
        plant=_served("update wsic.metric set unit = 'per head'"), **_OPEN,
        damage=_in_open("open.metric where unit = 'per head'"),
    ),
    Fault(
        name="going back to pseudonyms that were withdrawn", step="rollback", gate="rollback.same_key",
        says="which a rotation retired", plant=_another_key, error=UsageError, is_published=True,
        damage=_went_back,
    ),
    Fault(
        name="going back to a version whose opt-out reply lapsed", step="rollback",
        gate="rollback.reply_holds", says="heeds an opt-out reply that lapsed", plant=_reply_lapsed,
        is_published=True, damage=_went_back,
    ),
)  # fmt: skip

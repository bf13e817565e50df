"""Every gap in care, every alert and the flags that are no counts of events, worked out a second time."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.recomputed.radar import PAIRS, compare

ALERTS = ("attended_emergency_department", "admitted", "ready_for_discharge")
WRONG = (
    ("wsic.gap_in_care", "due_since = due_since + 1", "measure_id = 'copd_review' and not is_done"),
    ("wsic.gap_in_care", "is_done = not is_done", "measure_id = 'smi_health_check'"),
    ("wsic.gap_in_care", "evidence_activity_key = null", "evidence_activity_key is not null"),
    ("wsic.patient_radar", "since = since + 1", "flag_id = 'no_gp_contact'"),
    ("wsic.patient_radar", "n_events = n_events + 1", "flag_id = 'polypharmacy'"),
    ("wsic.alert", "recipient_org_code = '999'", "alert_id = 'ready_for_discharge'"),
    ("wsic.alert", "last_reablement_on = last_reablement_on + 1", "last_reablement_on is not null"),
)


def test_every_gap_flag_and_alert_is_what_its_words_say(built, pseudonymised: Path) -> None:
    """Whom it is of, why, since when, with which evidence; of alerts who is told and what."""
    found = compare(pseudonymised, built.database)
    assert {table: differing for table, (_, differing) in found.items() if differing} == {}
    assert set(found) == set(PAIRS)
    assert min(rows for rows, _ in found.values()) > 10


def test_the_made_up_people_show_every_measure_done_and_not_and_every_alert_both_ways(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Else the comparison would show little."""
    one_sided = (
        "select measure_id from wsic.gap_in_care group by 1 having bool_and(is_done) = bool_or(is_done)"
    )
    assert warehouse.execute(one_sided).fetchall() == []
    asked = "select rule_id from seeds.care_rules where rule_kind = '{}' order by 1"
    measures = warehouse.execute("select distinct measure_id from wsic.gap_in_care order by 1").fetchall()
    assert measures == warehouse.execute(asked.format("measure")).fetchall()
    flags = warehouse.execute("select distinct flag_id from wsic.patient_radar order by 1").fetchall()
    assert flags == warehouse.execute(asked.format("flag")).fetchall()
    told = warehouse.execute("select distinct alert_id, recipient_type from wsic.alert").fetchall()
    assert set(told) == {(alert, who) for alert in ALERTS for who in ("provider", "council")}
    careless = (
        "select count(*) from wsic.alert where not is_receiving_telecare and last_reablement_on is null"
    )
    assert warehouse.execute(careless).fetchone() > (0,)


@pytest.mark.parametrize(("table", "wrong", "where"), WRONG)
def test_the_comparison_sees_a_single_wrong_row(
    built, pseudonymised: Path, tmp_path: Path, table: str, wrong: str, where: str
) -> None:
    copied = Path(shutil.copy(built.database, tmp_path / "wrong.duckdb"))
    with duckdb.connect(str(copied)) as connection:
        first = f"(select min(rowid) from {table} where {where})"
        connection.execute(f"update {table} set {wrong} where rowid = {first}")
    # The row that is theirs, and the one that is ours.
    differing = {name: n for name, (_, n) in compare(pseudonymised, copied).items() if n}
    assert differing == {table.removeprefix("wsic."): 2}

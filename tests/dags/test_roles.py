"""Who may do what in Airflow: whatever the table does not give a role is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.airflow_programs import run_program

SET_UP = ("configuration", "connection", "variable", "team")
ENGINEER, ANALYST, IG_LEAD = "engineer", "analyst", "ig_lead"


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run_program("describe_roles.py", tmp_path_factory.mktemp("airflow-roles"))


def test_every_question_that_airflow_asks_is_answered_by_the_table(roles: dict[str, Any]) -> None:
    """One that were left to the simple auth manager would fail on a role that it does not know."""
    assert roles["asked"] >= 11
    assert (roles["left"], roles["other"]) == ([], [])


@pytest.mark.parametrize("role", ["None", "", "admin", "viewer", "op"])
def test_a_role_of_no_line_may_nothing(roles: dict[str, Any], role: str) -> None:
    assert roles["may"][role] == []


@pytest.mark.parametrize("role", [ANALYST, IG_LEAD])
def test_only_the_engineer_changes_anything_or_sees_set_up(roles: dict[str, Any], role: str) -> None:
    may = set(roles["may"][role])
    assert (
        {"asset GET", "pool GET", "nightly_load dag GET", "view WEBSITE"} <= may < set(roles["may"][ENGINEER])
    )
    assert not [act for act in may if act.split()[0] in SET_UP or "XCOM" in act]
    changes = {act for act in may if act.rpartition(" ")[2] in ("POST", "PUT", "DELETE")}
    started = {"opt_out_check RUN POST", "retention RUN POST"}
    assert changes == (started if role == IG_LEAD else set())


def test_the_ig_lead_sees_who_did_what_and_an_analyst_only_states(roles: dict[str, Any]) -> None:
    seen = {
        role: {act.split()[1] for act in roles["may"][role] if act.startswith("nightly_load")}
        for role in (ANALYST, IG_LEAD)
    }
    assert seen[ANALYST] == {"dag", "DEPENDENCIES", "RUN", "TASK", "TASK_INSTANCE", "WARNING"}
    assert seen[IG_LEAD] - seen[ANALYST] == {"AUDIT_LOG", "CODE", "TASK_LOGS", "VERSION"}

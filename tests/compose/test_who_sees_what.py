"""Who is shown what of the stack that runs, as the table of docs/airflow.md has it; and its containers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compose.dag_runs import API, DAGS, ask_for, runs
from tests.compose.stack import STARTED, Stack, service_of

ENGINEER, IG_LEAD, ANALYST = USERS = ("engineer", "ig-lead", "analyst")
ALL, NOT_THE_ANALYST, ENGINEER_ALONE, NOBODY = set(USERS), {ENGINEER, IG_LEAD}, {ENGINEER}, set[str]()
TASK = "{run}/taskInstances/open_run"
READ_BY = {
    f"{API}/dags": ALL,
    f"{API}/dags/nightly_load/details": ALL,
    f"{API}/dags/nightly_load/tasks": ALL,
    "{run}": ALL,
    "{run}/taskInstances": ALL,
    f"{TASK}/tries": ALL,
    f"{API}/assets": ALL,
    f"{API}/assets/events": ALL,
    f"{API}/pools": ALL,
    f"{TASK}/logs/1": NOT_THE_ANALYST,
    f"{API}/dagSources/nightly_load": NOT_THE_ANALYST,
    f"{API}/eventLogs": NOT_THE_ANALYST,
    f"{TASK}/xcomEntries": ENGINEER_ALONE,
    f"{TASK}/xcomEntries/return_value": ENGINEER_ALONE,
    f"{API}/connections": ENGINEER_ALONE,
    f"{API}/variables": ENGINEER_ALONE,
    f"{API}/config": NOBODY,  # until an operator exposes it
}
# Each asks for something that there is not, or for what is so already: nothing comes of it.
CHANGES: list[tuple[str, str, dict[str, Any] | None]] = [
    ("PATCH", f"{API}/dags/nightly_load", {"is_paused": False}),
    ("POST", f"{API}/dags/nightly_load/clearTaskInstances", {"dry_run": True}),
    ("DELETE", f"{API}/dags/nightly_load/dagRuns/no-such-run", None),
    ("PATCH", f"{API}/dags/nightly_load/dagRuns/no-such-run", {"state": "failed"}),
    ("DELETE", f"{API}/dags/no_such_dag", None),
    ("POST", f"{API}/connections", {}),
    ("DELETE", f"{API}/connections/no-such-connection", None),
    ("POST", f"{API}/variables", {}),
    ("DELETE", f"{API}/variables/no-such-variable", None),
    ("POST", f"{API}/pools", {}),
    ("DELETE", f"{API}/pools/no_such_pool", None),
    ("POST", f"{API}/backfills", {"dag_id": "nightly_load"}),
    ("POST", f"{API}/assets/events", {}),
]
STARTED_BY = dict.fromkeys(DAGS, ENGINEER_ALONE) | {
    "opt_out_check": NOT_THE_ANALYST, "retention": NOT_THE_ANALYST
}  # fmt: skip
NOT_A_VALUE = {
    "nightly_load": {"as_of": "x"}, "opt_out_check": {"ask_now": "x"}, "monthly_snapshot": {"again": "x"},
    "retention": {"destroy": "x"}, "relink_population": {"take": "x"},
}  # fmt: skip
# service -> memory in GB and processors, of the table in docs/compose.md; the tests give the scheduler half.
LIMITS = {
    "web": (2, 1), "scheduler": (6, 2), "dag-processor": (2, 1), "triggerer": (2, 1), "database": (1, 1),
    "setup": (1, 1), "prepare": (1, 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def run_place(stack: Stack) -> str:
    return runs(stack, "nightly_load")[0].place


@pytest.mark.parametrize("path", READ_BY)
def test_each_role_reads_what_its_column_says(stack: Stack, run_place: str, path: str) -> None:
    answers = {user: stack.ask(path.format(run=run_place), user=user)[0] for user in USERS}
    assert {user for user, status in answers.items() if status == 200} == READ_BY[path], answers
    assert {status for status in answers.values() if status != 200} <= {403}
    assert stack.ask(path.format(run=run_place))[0] == 401


@pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=[f"{one[0]} {one[1]}" for one in CHANGES])
def test_only_the_engineer_changes_anything(
    stack: Stack, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answers = {user: stack.ask(path, user=user, method=method, body=body)[0] for user in USERS}
    assert answers[ENGINEER] in (200, 400, 404, 409, 422), answers
    assert (answers[IG_LEAD], answers[ANALYST]) == (403, 403)
    assert stack.ask(path, method=method, body=body)[0] == 401


@pytest.mark.parametrize("dag_id", DAGS)
def test_each_role_starts_what_it_may(stack: Stack, dag_id: str) -> None:
    """Whoever may is told that the value is not one, and nothing begins."""
    answers = {user: ask_for(stack, dag_id, NOT_A_VALUE[dag_id], user=user)[0] for user in USERS}
    assert {user for user, status in answers.items() if status == 400} == STARTED_BY[dag_id], answers
    assert {status for status in answers.values() if status != 400} <= {403}
    assert ask_for(stack, dag_id, {}, user="")[0] == 401


@pytest.mark.parametrize("name", ["admin", "airflow", *USERS])
def test_nobody_has_a_password_that_could_be_guessed(stack: Stack, name: str) -> None:
    for password in (name, "admin", "airflow", "password", " "):
        assert stack.sign_in(name, password)[0] == 401, password
    assert stack.sign_in(name, "")[0] == 400


def test_each_container_has_the_limits_that_are_promised(stack: Stack) -> None:
    found = {service_of(one): one["HostConfig"] for one in stack.containers() if service_of(one) in LIMITS}
    assert {
        service: (host["Memory"] / 2**30, host["NanoCpus"] / 10**9) for service, host in found.items()
    } == LIMITS
    for service, host in found.items():
        assert 0 < host["PidsLimit"] <= 512, service
        assert host["LogConfig"]["Config"] == {"max-file": "5", "max-size": "10m"}, service
        assert host["ReadonlyRootfs"] and not host["Privileged"], service
        assert host["CapDrop"] == ["ALL"] and not host["CapAdd"], service
        assert host["SecurityOpt"] == ["no-new-privileges:true"], service
        policy = host["RestartPolicy"]["Name"]
        assert policy == ("unless-stopped" if service in STARTED else "no"), service


@pytest.mark.parametrize(
    ("service", "folder"),
    [(service, "/opt/wsic") for service in STARTED[1:]]
    + [(service, "/run/wsic/airflow") for service in STARTED[1:]]
    + [("scheduler", "/srv/extracts"), ("scheduler", "/etc/wsic"), ("scheduler", "/run/wsic/exchange")]
    + [("scheduler", "/opt/wsic/dags/planted"), ("database", "/run/wsic/database")],
)
def test_what_is_mounted_to_be_read_cannot_be_written(stack: Stack, service: str, folder: str) -> None:
    with pytest.raises(AssertionError, match="Read-only file system"):
        stack.inside(service, "touch", f"{folder}/x")


def test_secrets_are_files_that_nobody_else_may_read(stack: Stack) -> None:
    listed = ("find", "/run/wsic", "-type", "f", "-printf", "%m %U %p\n")
    airflow = ("database_url", "fernet_key", "jwt_secret", "api_secret_key")
    ours = {f"600 10001 /run/wsic/airflow/{name}" for name in airflow}
    assert set(stack.inside("scheduler", *listed).splitlines()) == ours
    assert set(stack.inside("triggerer", *listed).splitlines()) == ours
    users = "600 10001 /run/wsic/users/passwords.json"
    assert set(stack.inside("web", *listed).splitlines()) == {*ours, users}
    # PostgreSQL has an account of its own, and reads it as one of our group.
    password = "640 10001 /run/wsic/database/password"
    assert stack.inside("database", *listed).splitlines() == [password]

"""The whole stack, started with one command, asked for a night over Airflow's REST API, and taken down again.

On demand (``make test-compose``): it needs a Docker engine, and as root the packages of Debian. The tests go
on from one another, in the order in which they stand here.
"""

from __future__ import annotations

import functools
import json
import re

import pytest

from tests.compose.stack import (
    DOCKER,
    FIRST_NIGHT,
    PASSWORDS,
    PEOPLE,
    STARTED,
    Stack,
    run,
    say,
    service_of,
    wait_until,
)

SECRETS = {
    "database": ["/run/wsic/database/password"],
    "scheduler": [f"/run/wsic/airflow/{name}" for name in ("fernet_key", "jwt_secret", "api_secret_key")],
}
DAG = "/api/v2/dags/nightly_load"


def test_every_service_becomes_healthy(stack: Stack) -> None:
    for service in STARTED:
        is_healthy = functools.partial(stack.is_healthy, service)
        took = wait_until(f"{service} is healthy", is_healthy, seconds=600)
        say(f"{service} healthy after {took:.0f} more seconds")
    ended = {
        service_of(one): one["State"]["ExitCode"]
        for one in stack.containers()
        if service_of(one) not in STARTED
    }
    assert ended == {"setup": 0, "prepare": 0}


def test_no_port_but_that_of_the_web_server_is_published(stack: Stack) -> None:
    published = {
        (service_of(one), inner, outer["HostIp"], outer["HostPort"])
        for one in stack.containers()
        for inner, outers in (one["NetworkSettings"]["Ports"] or {}).items()
        for outer in outers or ()
    }
    assert published == {("web", "8080/tcp", "127.0.0.1", str(stack.port))}


@pytest.mark.parametrize("service", STARTED)
def test_nobody_is_root_or_could_become_so(stack: Stack, service: str) -> None:
    found = stack.inside(service, "sh", "-c", "cat /proc/[0-9]*/status 2>/dev/null")
    said = [line.split() for line in found.splitlines()]
    assert {uid for line in said if line[0] == "Uid:" for uid in line[1:]} == (
        {"999"} if service == "database" else {"10001"}
    )
    for capability in ("CapPrm:", "CapEff:", "CapBnd:"):
        assert {int(line[1], 16) for line in said if line[0] == capability} == {0}, capability
    assert {line[1] for line in said if line[0] == "NoNewPrivs:"} == {"1"}
    assert stack.container(service)["HostConfig"]["ReadonlyRootfs"]


def test_only_the_scheduler_mounts_the_zones(stack: Stack) -> None:
    mounted = [
        service_of(one)
        for one in stack.containers()
        for mount in one["Mounts"]
        if mount.get("Name", "").endswith("_zones")
    ]
    assert mounted == ["scheduler"]


def test_only_those_who_must_have_a_way_out(stack: Stack) -> None:
    leads_out = {}
    for one in stack.containers():
        named = run(DOCKER, "network", "inspect", *one["NetworkSettings"]["Networks"])
        leads_out[service_of(one)] = any(
            not network["Internal"] and network["Name"] != "none" for network in json.loads(named)
        )
    assert {service for service, leads in leads_out.items() if leads} == {"web", "scheduler"}


def test_nobody_is_let_in_unnamed_and_an_analyst_starts_nothing(stack: Stack) -> None:
    assert stack.ask("/api/v2/dags")[0] == 401
    assert stack.ask("/api/v2/dags", user="analyst")[0] == 200
    asked = {"logical_date": None, "conf": {}}
    assert stack.ask(f"{DAG}/dagRuns", user="analyst", method="POST", body=asked)[0] == 403


def test_the_pools_are_there_and_no_dag_file_is_in_error(stack: Stack) -> None:
    _, pools = stack.ask("/api/v2/pools", user="engineer")
    assert {"wsic_landing", "wsic_building", "wsic_exchange"} <= {pool["name"] for pool in pools["pools"]}
    wait_until("nightly_load is read", lambda: stack.ask(DAG, user="engineer")[0] == 200, seconds=300)
    _, errors = stack.ask("/api/v2/importErrors", user="engineer")
    assert errors["total_entries"] == 0


def test_a_night_that_was_asked_for_over_the_api_is_published(stack: Stack) -> None:
    # Of the logical date that the scheduler would begin with, or it would begin with a night of its own.
    due = stack.ask(DAG, user="engineer")[1]["next_dagrun_logical_date"]
    asked = {"logical_date": due, "conf": {"as_of": str(FIRST_NIGHT)}}
    status, answer = stack.ask(f"{DAG}/dagRuns", user="engineer", method="POST", body=asked)
    assert status == 200, status
    assert stack.ask(DAG, user="engineer", method="PATCH", body={"is_paused": False})[0] == 200
    place = f"{DAG}/dagRuns/{answer['dag_run_id']}"

    def is_over() -> bool:
        return stack.ask(place, user="engineer")[1]["state"] in ("success", "failed")

    say(f"the night took {wait_until('the night ended', is_over, seconds=3000, every=10):.0f} seconds")
    _, tasks = stack.ask(f"{place}/taskInstances?limit=200", user="engineer")
    states = {one["task_id"]: one["state"] for one in tasks["task_instances"]}
    assert set(states.values()) <= {"success"}, states
    say(stack.inside("scheduler", "wsic", "publish", "list"))


def test_the_published_product_holds_the_people_that_were_sent(stack: Stack) -> None:
    count = (
        "import duckdb; "
        "c = duckdb.connect('/srv/wsic/published/secondary_use/current.duckdb', read_only=True); "
        "print(c.sql('select count(*) from core.person').fetchone()[0])"
    )
    people = int(stack.inside("scheduler", "python", "-c", count))
    say(f"core.person of secondary_use: {people}")
    assert PEOPLE / 2 < people <= PEOPLE * 1.2  # some object, some are twins or known twice


def test_landlock_holds_dbt_back_in_a_container_too(stack: Stack) -> None:
    ask = (
        "import json; from pipeline.least_privilege import describe, landlock; "
        "from pipeline.settings import load_settings; found = describe(load_settings()); "
        "print(json.dumps([found.landlock, found.warehouse_user, landlock.__file__]))"
    )
    version, account, launcher = json.loads(stack.inside("scheduler", "python", "-c", ask))
    say(f"Landlock {version}; another account: {account or 'none'}")
    assert version >= 1 and not account
    look = ("/usr/bin/head", "-c", "4", "/srv/wsic/keys/root.key")
    readable = [word for path in ("/usr", "/lib", "/lib64") for word in ("--read", path)]
    closed_in = ("python", "-I", "-S", launcher, *readable, "--")
    assert stack.inside("scheduler", *look) == "kind"
    with pytest.raises(AssertionError, match="Permission denied"):
        stack.inside("scheduler", *closed_in, *look)


def test_no_secret_is_in_the_engine_s_description_or_in_a_log(stack: Stack) -> None:
    secrets = [
        stack.inside(service, "cat", path).strip() for service, paths in SECRETS.items() for path in paths
    ]
    secrets += json.loads(stack.inside("web", "cat", PASSWORDS)).values()
    root = stack.inside("scheduler", "cat", "/srv/wsic/keys/root.key")
    secrets += re.findall(r'root = "(.*)"', root)
    assert len(secrets) == 8 and all(len(secret) >= 32 for secret in secrets)
    # Each file's name before what it holds: a night without a warning leaves them empty.
    read = 'for path in "$@"; do echo "$path"; cat "$path"; done'
    logged = stack.inside(
        "scheduler", "find", "/var/log/airflow", "-type", "f", "-exec", "sh", "-c", read, "sh", "{}", "+"
    )
    history = run(DOCKER, "history", "--no-trunc", "wsic-test/pipeline:local")
    places = {
        "inspect": json.dumps(stack.containers()),
        "output": stack.logs(),
        "logs": logged,
        "image": history,
    }
    assert not [name for name, text in places.items() if len(text) < 500], "nothing to look through"
    assert not [name for name, text in places.items() for secret in secrets if secret in text]


def test_what_is_the_scheduler_s_alone_cannot_be_read_elsewhere(stack: Stack) -> None:
    for service in ("web", "dag-processor", "triggerer", "database"):
        assert not stack.inside(service, "sh", "-c", "find /srv/wsic -type f 2>/dev/null || true").strip()
    with pytest.raises(AssertionError, match="No such file"):
        stack.inside("database", "cat", "/run/wsic/airflow/fernet_key")


def test_a_scheduler_that_is_killed_comes_back(stack: Stack) -> None:
    before = stack.container("scheduler")
    assert before["RestartCount"] == 0
    kill = (
        "import os, signal, time\n"
        "others = [int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]\n"
        "for other in others: os.kill(other, signal.SIGKILL)\n"
        "time.sleep(60)"
    )
    with pytest.raises(AssertionError):  # the container ends under the command
        stack.inside("scheduler", "python", "-c", kill)
    wait_until("it was started again", lambda: stack.container("scheduler")["RestartCount"] >= 1, seconds=60)
    took = wait_until("healthy", lambda: stack.is_healthy("scheduler"), seconds=300)
    say(f"healthy again after {took:.0f} seconds")


def test_taken_down_and_up_again_it_has_its_secrets_and_its_product(stack: Stack) -> None:
    before = _kept(stack)
    stack.compose("down")
    assert not stack.containers()
    stack.compose("up", "--detach", "--no-build")
    wait_until("the scheduler is healthy", lambda: stack.is_healthy("scheduler"), seconds=600)
    assert _kept(stack) == before
    assert stack.ask("/api/v2/dags", user="engineer")[0] == 200


def _kept(stack: Stack) -> str:
    return stack.inside(
        "scheduler", "sh", "-c",
        "sha256sum /run/wsic/airflow/* /srv/wsic/keys/*; "
        "readlink /srv/wsic/published/secondary_use/current.duckdb",
    )  # fmt: skip

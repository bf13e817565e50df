"""After everything else: no identifier and no secret lies where Airflow keeps what it is told.

Its whole database (what tasks handed on, rendered arguments, events), every log, what containers printed, and
answers of the REST API. The extracts carry markers (tests/markers.py), and the sender's people have names of
their own.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.compose.a_sender import PEOPLE, credential
from tests.compose.dag_runs import API, asked, runs
from tests.compose.stack import DOCKER, PASSWORDS, Stack, run, say
from tests.markers import MARKER

SHAPE_OF_NUMBER = re.compile(r"(?<![0-9a-f])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?![0-9a-f])")
SHAPE_OF_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b")
SHAPE_OF_DAY = re.compile(r"(?<!\d)(?:19\d\d|20[01]\d)-[01]\d-[0-3]\d(?!\d)")
TRUTH = """
import json, duckdb
persons = duckdb.sql("from '/srv/extracts/truth/persons.parquet'")
postcodes = duckdb.read_csv("/srv/extracts/reference/postcodes.csv", all_varchar=True)
print(json.dumps({
    "numbers": [row[0] for row in persons.select("nhs_number::varchar").fetchall() if row[0]],
    "births": [row[0] for row in persons.select("birth_date::varchar").fetchall() if row[0] < "2020"],
    "postcodes": [row[0].replace(" ", "") for row in postcodes.select("postcode").fetchall()],
}))
"""


@pytest.fixture(scope="module")
def kept(stack: Stack) -> dict[str, str]:
    """Where -> all that lies there."""
    # Each file's name before what it holds: a night without a warning leaves them empty.
    read = 'for path in "$@"; do echo "$path"; cat "$path"; done'
    logs = ("find", "/var/log/airflow", "-type", "f", "-exec", "sh", "-c", read, "sh", "{}", "+")
    dump = ("pg_dump", "--username=airflow", "--host=/var/run/postgresql", "airflow")
    return {
        "database": stack.inside("database", *dump),
        "logs": stack.inside("scheduler", *logs),
        "output": stack.logs(),
        "inspect": json.dumps(stack.containers()),
        "image": run(DOCKER, "history", "--no-trunc", "wsic-test/pipeline:local"),
        "answers": "\n".join(_answers(stack)),
    }


@pytest.fixture(scope="module")
def truth(stack: Stack) -> dict[str, set[str]]:
    found = json.loads(stack.inside("scheduler", "python", "-c", TRUTH))
    return {what: set(values) for what, values in found.items()}


def _answers(stack: Stack) -> list[str]:
    """What the engineer, who sees the most, is told of every run, its tasks and what they handed on."""
    nights = runs(stack, "nightly_load")
    paths = [
        f"{API}/{what}?limit=500" for what in ("dags", "assets", "assets/events", "eventLogs", "importErrors")
    ]
    for night in nights:
        tasks = [f"{night.place}/taskInstances/{one['task_id']}" for one in night.tasks()]
        paths += [night.place, f"{night.place}/taskInstances?limit=200"]
        paths += [f"{task}/xcomEntries" for task in sorted(set(tasks))]
    return [json.dumps(asked(stack, path)) for path in paths]


def places(kept: dict[str, str], words: set[str]) -> list[str]:
    return [where for where, text in kept.items() for word in words if word.casefold() in text.casefold()]


def test_there_is_something_to_look_through(stack: Stack, kept: dict[str, str]) -> None:
    """And the markers were there to be kept, or their absence would prove nothing."""
    assert not [where for where, text in kept.items() if len(text) < 1000]
    run_id = runs(stack, "nightly_load")[0].handed_on("open_run")
    assert run_id in kept["database"] and run_id in kept["answers"]
    assert "not at its end" in kept["logs"]
    marked = stack.inside("scheduler", "sh", "-c", f"grep -rl {MARKER} /srv/extracts | wc -l")
    say(f"marked files: {int(marked)}; {sum(map(len, kept.values())) / 1e6:.0f} MB looked through")
    assert int(marked) > 100


def test_no_marker_and_nobody_of_the_sender_is_there(kept: dict[str, str]) -> None:
    assert places(kept, {MARKER, *PEOPLE}) == []


def test_no_nhs_number_is_there(kept: dict[str, str], truth: dict[str, set[str]]) -> None:
    found = {
        where
        for where, text in kept.items()
        for match in SHAPE_OF_NUMBER.finditer(text)
        if "".join(match.groups()) in truth["numbers"]
    }
    assert len(truth["numbers"]) >= 300
    assert found == set()


def test_no_birth_date_is_there(kept: dict[str, str], truth: dict[str, set[str]]) -> None:
    found = {
        where
        for where, text in kept.items()
        for match in SHAPE_OF_DAY.finditer(text)
        if match.group() in truth["births"]
    }
    assert len(truth["births"]) > 200
    assert found == set()


def test_no_postcode_is_there(kept: dict[str, str], truth: dict[str, set[str]]) -> None:
    found = {
        where
        for where, text in kept.items()
        for match in SHAPE_OF_POSTCODE.finditer(text)
        if "".join(match.groups()) in truth["postcodes"]
    }
    assert len(truth["postcodes"]) > 50
    assert found == set()


def test_no_secret_is_there(stack: Stack, kept: dict[str, str]) -> None:
    files = [f"/run/wsic/airflow/{name}" for name in ("fernet_key", "jwt_secret", "api_secret_key")]
    secrets = {stack.inside("scheduler", "cat", path).strip() for path in files}
    secrets.add(stack.inside("database", "cat", "/run/wsic/database/password").strip())
    secrets |= set(json.loads(stack.inside("web", "cat", PASSWORDS)).values())
    secrets |= set(re.findall(r'root = "(.*)"', stack.inside("scheduler", "cat", "/srv/wsic/keys/root.key")))
    private = credential(stack).splitlines()
    assert "PRIVATE KEY" in private[0]
    secrets |= {line for line in private[1:-1] if len(line) > 30}
    assert len(secrets) >= 10
    assert places(kept, secrets) == []

"""What must hold of docker-compose.yml and the Dockerfile; `make test-compose` shows whether they work."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.settings import Settings
from pipeline.zones import PRIVATE

ROOT = Path(__file__).parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STARTED = ("database", "web", "scheduler", "dag-processor", "triggerer")
SECRET = re.compile(r"password|secret|key|token|sql_alchemy_conn", re.IGNORECASE)
EVERY = [pytest.param(service, id=name) for name, service in SERVICES.items()]
OF_A_FILE = ("cat /run/wsic/", "/run/wsic/")


def ends(service: dict[str, Any]) -> bool:
    """Whether it does one thing and is over: then it is neither restarted nor asked how it is."""
    return service.get("restart") == "no"


def test_airflow_s_four_services_and_their_database_start_without_a_profile() -> None:
    started = {name for name, service in SERVICES.items() if "profiles" not in service and not ends(service)}
    assert started == set(STARTED)
    commands = {name: SERVICES[name]["command"][-1] for name in STARTED[1:]}
    assert commands == {"web": "api-server", **{name: name for name in STARTED[2:]}}


@pytest.mark.parametrize("service", EVERY)
def test_nobody_is_root_or_could_become_so(service: dict[str, Any]) -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service and "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True


@pytest.mark.parametrize("service", EVERY)
def test_each_is_limited_and_its_log_too(service: dict[str, Any]) -> None:
    assert service["mem_limit"] and service["cpus"] and service["pids_limit"]
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


@pytest.mark.parametrize("service", EVERY)
def test_each_goes_on_and_says_how_it_is_or_has_an_end(service: dict[str, Any]) -> None:
    if ends(service):
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD" and service["healthcheck"]["interval"]


def test_one_port_is_published_and_to_this_machine_alone() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["${WSIC_WEB_ADDRESS:-127.0.0.1}:${WSIC_WEB_PORT:-8080}:8080"]}
    assert not [name for name, service in SERVICES.items() if service.get("network_mode", "none") != "none"]


@pytest.mark.parametrize("service", EVERY)
def test_no_secret_stands_in_the_file(service: dict[str, Any]) -> None:
    said = service.get("environment", {})
    assert isinstance(said, dict)
    for name, value in said.items():
        assert not SECRET.search(name) or str(value).startswith(OF_A_FILE), name
    assert not re.search(r"://[^/\s]*:[^/\s]*@", str(service))


def test_no_setting_of_the_scheduler_is_one_that_there_is_not() -> None:
    named = {name for name in SERVICES["scheduler"]["environment"] if name.startswith("WSIC_")}
    known = {f"WSIC_{name.upper()}" for name in Settings.__dataclass_fields__} | {"WSIC_CONFIG"}
    assert named and named <= known


def test_how_late_is_late_can_be_set_for_every_dag_that_has_a_deadline() -> None:
    in_dags = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "dags").glob("*.py"))
    with_deadline = re.findall(r'told_after\("(\w+)"', in_dags)
    expected = {f"AIRFLOW__WSIC__{dag_id.upper()}_LATE_HOURS" for dag_id in with_deadline}
    said = SERVICES["dag-processor"]["environment"]
    assert len(expected) == 4
    assert {name: value for name, value in said.items() if name.endswith("_LATE_HOURS")} == {
        name: f"${{{name}:-}}" for name in expected
    }


def test_a_busy_server_is_waited_for() -> None:
    """Five seconds, as Airflow has them, make a task red while two processors build both products."""
    assert SERVICES["scheduler"]["environment"]["AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT"] == "60"


def test_the_zones_are_one_volume_which_the_scheduler_alone_mounts() -> None:
    mounting = [name for name, service in SERVICES.items() if "zones:" in str(service.get("volumes"))]
    assert mounting == ["scheduler"]
    # One, as files are made in one zone and take their place in another in one step.
    below = [volume for volume in SERVICES["scheduler"]["volumes"] if "/srv/wsic" in volume]
    assert below == ["zones:/srv/wsic"]
    made = re.search(r"for zone in (.*); do", DOCKERFILE)
    assert made and set(PRIVATE) == set(made[1].split())


def test_extracts_and_settings_are_mounted_to_be_read() -> None:
    volumes = SERVICES["scheduler"]["volumes"]
    assert [volume for volume in volumes if volume.endswith((":/srv/extracts:ro", ":/etc/wsic:ro"))] == [
        "${WSIC_CONFIG_FROM:-./compose/config}:/etc/wsic:ro",
        "${WSIC_EXTRACTS_FROM:-extracts}:/srv/extracts:ro",
    ]


def test_every_volume_that_is_named_is_used_and_every_one_used_is_named() -> None:
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
        if volume[0] not in "./$"
    }
    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", EVERY)
def test_images_are_built_here_or_named_with_a_version(service: dict[str, Any]) -> None:
    if "build" not in service:
        assert re.fullmatch(r"\$\{WSIC_\w+:-[a-z]+:\d+-bookworm\}", service["image"])


def test_the_images_take_only_what_the_locks_pin() -> None:
    installs = re.findall(r"pip (?:wheel|install|download)[^&\n]*", DOCKERFILE)
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes" in install or "--no-index" in install, install


def test_the_image_that_is_built_by_default_is_the_product_s_and_is_nobody_s_root() -> None:
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?", DOCKERFILE, flags=re.MULTILINE)
    assert stages[-1] == ("pipeline", "")
    body = DOCKERFILE.split("FROM account AS pipeline")[1].split("\nFROM ")[0]
    assert "tests/" not in body and "sandbox" not in body
    assert "USER 10001:10001" in DOCKERFILE.split("AS account")[1].split("\nFROM ")[0]


def test_no_extract_key_or_zone_gets_into_a_build() -> None:
    lines = [
        line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    assert lines[0] == "*"
    for line in lines[1:]:
        if line.startswith("!"):
            found = subprocess.run(["git", "ls-files", line[1:]], cwd=ROOT, capture_output=True, check=True)
            assert found.stdout, line
    assert not [line for line in lines if re.match(r"!(data|\.|extracts|compose/config)", line)]

"""The stack of docker-compose.yml, under a name and with volumes of its own, on images made here."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipeline import clock

ROOT = Path(__file__).parent.parent.parent
DOCKER = os.environ.get("DOCKER", "docker")
PEOPLE, SEED, NIGHTS = 300, 3, 4
TODAY = clock.today()
FIRST_NIGHT = TODAY - timedelta(days=NIGHTS - 1)  # the others are backfilled, and today's fetches
LATE_HOURS = 0.001  # of relink_population, so that one is late while it waits
PASSWORDS = "/run/wsic/users/passwords.json"
STARTED = ("database", "web", "scheduler", "dag-processor", "triggerer")  # what goes on running


def say(text: str) -> None:
    """What whoever started the test reads, beside what pytest says."""
    sys.stdout.write(f"\n    {text}\n")


def run(*command: str, environ: dict[str, str] | None = None, given: str | None = None) -> str:
    """What the command printed; fails with what it said where it ended with an error."""
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(environ or {})}, input=given, text=True, capture_output=True
    )
    assert done.returncode == 0, (
        f"{' '.join(command[:6])} … ended with {done.returncode}\n{done.stderr[-3000:]}"
    )
    return done.stdout


def wait_until(what: str, is_so: Callable[[], bool], *, seconds: float, every: float = 5) -> float:
    """Wait until it is so, and return how long it took; fails where it takes longer."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"not within {seconds} seconds: {what}"
        time.sleep(every)
    return time.monotonic() - began


def _compose_command() -> list[str]:
    """Compose as a plugin, or the program of its own that Debian has."""
    plugin = subprocess.run([DOCKER, "compose", "version"], capture_output=True)
    return [DOCKER, "compose"] if plugin.returncode == 0 else ["docker-compose"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _operators_folder() -> Path:
    """Settings, another team's DAGs and a secrets back end's file, as an operator has them."""
    scratch = Path(tempfile.mkdtemp(prefix="wsic-test-compose-"))
    scratch.chmod(0o755)
    (scratch / "senders").mkdir()
    (scratch / "senders" / "variables.json").write_text("{}", encoding="utf-8")
    shutil.copytree(ROOT / "compose" / "config", scratch / "config")
    shutil.copytree(ROOT / "tests" / "compose" / "planted", scratch / "dags")
    for path in (scratch / "config", scratch / "dags", *scratch.glob("*/*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return scratch


@dataclass
class Stack:
    """What the tests ask of it. ``scratch`` holds what its operator would have beside docker-compose.yml."""

    name: str = f"wsic-test-{os.getpid()}"
    port: int = field(default_factory=_free_port)
    scratch: Path = field(default_factory=_operators_folder)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def that_is_there(cls, name: str) -> Stack:
        """One that an earlier test left."""
        made = cls(name=name, port=0, scratch=Path("/nonexistent"))
        outer = made.container("web")["NetworkSettings"]["Ports"]["8080/tcp"][0]
        made.port = int(outer["HostPort"])
        mounts = {mount["Destination"]: mount["Source"] for mount in made.container("scheduler")["Mounts"]}
        made.scratch = Path(mounts["/etc/wsic"]).parent
        return made

    def forget(self) -> None:
        """Remove what lies beside it."""
        shutil.rmtree(self.scratch)

    def compose(self, *words: str, given: str | None = None) -> str:
        environ = {
            "WSIC_IMAGE": "wsic-test/pipeline:local", "WSIC_POSTGRES_IMAGE": "wsic-test/postgres:15-bookworm",
            "WSIC_MESH_IMAGE": "wsic-test/mesh-sandbox:local",
            "WSIC_FHIR_IMAGE": "wsic-test/fhir-source:local",
            "WSIC_WEB_PORT": str(self.port), "WSIC_CONFIG_FROM": str(self.scratch / "config"),
            "WSIC_MEMORY_LIMIT": "2GB", "WSIC_SCHEDULER_MEMORY": "6g",
            "AIRFLOW__WSIC__RELINK_POPULATION_LATE_HOURS": str(LATE_HOURS),
            "PLANTED_DAGS": str(self.scratch / "dags"), "SENDERS_SECRETS": str(self.scratch / "senders"),
        }  # fmt: skip
        files = [ROOT / "docker-compose.yml", ROOT / "tests" / "compose" / "docker-compose.override.yml"]
        named = [word for path in files for word in ("--file", str(path))]
        command = [*_compose_command(), "--project-name", self.name, *named]
        return run(*command, *words, environ=environ, given=given)

    def inside(self, service: str, *command: str) -> str:
        """What a command printed in a service's container."""
        return self.compose("exec", "-T", service, *command)

    def containers(self) -> list[dict[str, Any]]:
        """Every container of the stack, those that ended too, as the engine describes them."""
        label = f"label=com.docker.compose.project={self.name}"
        ids = run(DOCKER, "ps", "--all", "--quiet", "--filter", label).split()
        return json.loads(run(DOCKER, "inspect", *ids)) if ids else []

    def container(self, service: str) -> dict[str, Any]:
        return next(one for one in self.containers() if service_of(one) == service)

    def is_healthy(self, service: str) -> bool:
        state = self.container(service)["State"]
        return bool(state["Running"] and state["Health"]["Status"] == "healthy")

    def logs(self) -> str:
        """Everything that any container printed."""
        printed = (
            subprocess.run(
                [DOCKER, "logs", one["Id"]], text=True, stderr=subprocess.STDOUT, stdout=subprocess.PIPE
            )
            for one in self.containers()
        )
        return "".join(done.stdout for done in printed)

    def ask(self, path: str, *, user: str = "", method: str = "GET", body: Any = None) -> tuple[int, Any]:
        """Status and answer of Airflow's REST API; without a user, nobody is signed in."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if user:
            headers["Authorization"] = f"Bearer {self._token(user)}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method, headers=headers,
            data=None if body is None else json.dumps(body).encode(),
        )  # fmt: skip
        for _ in range(10 if method == "GET" else 1):  # two processors that are busy, and a server of one
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
                    return answer.status, json.loads(answer.read() or b"null")
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode(errors="replace")
            except OSError as error:
                silent = error
                time.sleep(5)
        raise AssertionError(f"{method} {path} was not answered: {silent}")

    def sign_in(self, user: str, password: str) -> tuple[int, Any]:
        """Status and answer of signing in."""
        return self.ask("/auth/token", method="POST", body={"username": user, "password": password})

    def _token(self, user: str) -> str:
        if user not in self.tokens:
            self.passwords = self.passwords or json.loads(self.inside("web", "cat", PASSWORDS))
            status, answer = self.sign_in(user, self.passwords[user])
            assert status == 201, status
            self.tokens[user] = str(answer["access_token"])
        return self.tokens[user]


def service_of(container: dict[str, Any]) -> str:
    """The name that the container's service has in docker-compose.yml."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])

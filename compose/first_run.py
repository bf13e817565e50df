"""What the first start makes, so that nothing has a default: passwords and keys.

Each is a file in a volume that only the services which need it mount. What is there stays, so that it can
be run before every start; to have a secret made anew, remove its file. Nothing is printed but names of files.
The root key of the pipeline is none of these: it lies in the zone ``keys`` (docs/keys.md).
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path("/run/wsic")
OWN, SHARED = 0o600, 0o640  # SHARED: PostgreSQL has an account of its own, and our group beside it


def main() -> None:
    """Make what is missing."""
    os.umask(0o077)
    _keep("database/password", lambda: secrets.token_urlsafe(32), SHARED)
    password = (ROOT / "database/password").read_text(encoding="ascii")
    _keep("airflow/database_url", lambda: f"postgresql+psycopg2://airflow:{password}@database/airflow")
    _keep("airflow/fernet_key", lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    _keep("airflow/jwt_secret", lambda: secrets.token_urlsafe(64))
    _keep("airflow/api_secret_key", lambda: secrets.token_urlsafe(48))
    _keep_users(ROOT / "users" / "passwords.json", _names(os.environ["WSIC_AIRFLOW_USERS"]))


def _names(users: str) -> list[str]:
    """The names in ``<name>:<role>,…``, as Airflow's simple auth manager reads it."""
    return [user.partition(":")[0].strip() for user in users.split(",")]


def _keep_users(path: Path, names: list[str]) -> None:
    """A password for each user who has none; without one Airflow would make it up and print it in its log."""
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    passwords = {name: known.get(name) or secrets.token_urlsafe(24) for name in names}
    if passwords != known:
        _write(path, json.dumps(passwords), OWN)


def _keep(name: str, made: Callable[[], str], mode: int = OWN) -> None:
    if not (ROOT / name).exists():
        _write(ROOT / name, made(), mode)


def _write(path: Path, text: str, mode: int) -> None:
    """In one step, so that a start which was cut short leaves no half a secret."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.chmod(mode)
    part.replace(path)
    sys.stdout.write(f"made {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()

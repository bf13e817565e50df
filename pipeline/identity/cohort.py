"""The question to the national data opt-out service: whose numbers are to be checked."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.duck import literal, values_hidden
from pipeline.errors import SetupError
from pipeline.identity.vault import open_vault, vault_path
from pipeline.keys import load_keys
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort file: how many numbers it asks for, and its hash for the audit."""

    numbers: int
    sha256: str


def write_cohort(settings: Settings, path: Path) -> Cohort:
    """Write the numbers of everyone in the person index to ``path`` in the check service's form."""
    if not vault_path(settings).exists():
        raise SetupError("there is no identity vault yet: link the records first")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    query = (
        "select distinct nhs_number || ',' from vault.person "
        "where nhs_number is not null and state is distinct from 'absorbed' order by all"
    )
    with (
        open_vault(settings, load_keys(settings), read_only=True) as connection,
        values_hidden("opt-out cohort"),
    ):
        connection.execute(
            f"copy ({query}) to {literal(fresh)} (format csv, header false, delimiter '\x01', quote '')"
        )
    fresh.chmod(0o600)
    with fresh.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    numbers = fresh.stat().st_size // len("0123456789,\n")
    fresh.replace(path)
    return Cohort(numbers, digest)

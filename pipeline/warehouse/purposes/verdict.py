"""A verdict that passed, kept beside the warehouses: as long as nothing that it rests on changes, it holds.

It is of all products, unless the project asks which product it builds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

NAME = "purposes.json"
_CODE = (Path(__file__).parent, Path(__file__).parents[2] / "lineage")
_ASKS = b"WSIC_PRODUCT"
_MADE = ("target", "logs", "dbt_packages", "__pycache__")  # folders that tools leave in a project
_REGISTER = ("register__handling.parquet", "register__purposes.parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """``models`` judged, names of the ``opaque`` ones, and the lineage of the published columns as
    ``rows``."""

    fingerprint: str
    models: int
    opaque: Sequence[str]
    rows: Sequence[Mapping[str, str]]


def fingerprint(
    project: Path,
    pseudonymised: Path,
    columns: Mapping[str, Sequence[str]],
    product: str,
    arguments: Sequence[str] = (),
) -> str:
    """Changes with the dbt project and what dbt is told beside it, the register, the columns of any source
    file, this code or its parser."""
    digest = hashlib.sha256(version("sqlglot").encode())
    digest.update(json.dumps(list(arguments)).encode())
    digest.update(json.dumps({name: list(columns[name]) for name in sorted(columns)}).encode())
    for path in (*_files(project), *(file for folder in _CODE for file in _files(folder))):
        content = path.read_bytes()
        digest.update(f"{path.name}\0".encode() + content)
        if _ASKS in content and path.is_relative_to(project):
            digest.update(product.encode())
    for name in _REGISTER:
        digest.update((pseudonymised / name).read_bytes())
    return digest.hexdigest()


def read(work: Path, wanted: str) -> Passed | None:
    """The verdict that was kept, if it is of this fingerprint."""
    try:
        passed = Passed(**json.loads((work / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return passed if passed.fingerprint == wanted else None


def keep(
    work: Path, of: str, *, models: int, opaque: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> Passed:
    """Keep a verdict that passed; one that refused is never kept."""
    passed = Passed(fingerprint=of, models=models, opaque=opaque, rows=rows)
    (work / NAME).write_text(json.dumps(asdict(passed)), encoding="utf-8")
    return passed


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not set(path.relative_to(folder).parts) & set(_MADE):
            yield path

"""The licence of every locked package: read, held against what may be shipped, and written as a page.

``python -m release.licences`` writes ``docs/licences.md`` anew. It ends with 5, and writes nothing, where a
licence is unknown, where one is neither allowed nor excepted with a reason, or where an exception is needed
no more.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from release.locked import (
    AZURITE,
    BENCH,
    DEV,
    MESH,
    PRODUCT,
    ROOT,
    SERVER,
    STORE_SERVERS,
    STORES,
    USES,
    VALIDATOR,
    locked_elsewhere,
    node_packages,
    with_stores,
)

RULES = Path(__file__).with_name("licences.toml")
_HEAD = Path(__file__).with_name("licences_head.md")
PAGE = ROOT / "docs" / "licences.md"
# What metadata from before SPDX expressions say; "BSD" alone is not here, as it leaves open which.
_WORDS = {
    "Apache 2.0": "Apache-2.0", "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0", "Apache-2": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause", "BSD 2-Clause License": "BSD-2-Clause",
    "ISC License": "ISC", "ISC License (ISCL)": "ISC",
    "MIT License": "MIT", "MIT -or- Apache License 2.0": "MIT OR Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0-or-later",
    "License :: OSI Approved :: MIT License": "MIT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Licensed:
    """One package with its SPDX expression (empty: not known) and what it serves here."""

    name: str
    version: str
    licence: str
    use: str


@dataclass(frozen=True, slots=True)
class Data:
    """Data files of the repository (a path may end in ``*``), where they are from and on which terms."""

    paths: tuple[str, ...]
    source: str
    terms: str

    def has(self, path: str) -> bool:
        """Whether the file at ``path``, below the repository's root, is one of these."""
        return any(fnmatch(path, pattern) for pattern in self.paths)


@dataclass(frozen=True, slots=True)
class Rules:
    """``allowed``: SPDX ids; ``read``, ``elsewhere``: package -> expression, above and below what metadata
    say; ``exceptions``: package -> (which, why)."""

    allowed: frozenset[str]
    read: Mapping[str, str]
    elsewhere: Mapping[str, str]
    exceptions: Mapping[str, tuple[str, str]]
    data: Sequence[Data]


def rules(path: Path = RULES) -> Rules:
    """What :file:`licences.toml` says."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    excepted = {
        name: (one["licence"], one["reason"]) for one in found["exception"] for name in one["packages"]
    }
    data = [Data(tuple(one["paths"]), one["source"], one["terms"]) for one in found["data"]]
    elsewhere = {name: one["licence"] for one in found["elsewhere"] for name in one["packages"]}
    return Rules(frozenset(found["allowed"]), found["read"], elsewhere, excepted, data)


def licensed(held: Rules) -> list[Licensed]:
    """Every package of every lock, by name; what a lock has for several Pythons once a version."""
    pins = [*with_stores(), *locked_elsewhere()]
    rows = {Licensed(pin.name, pin.version, licence_of(pin.name, held), pin.use) for pin in pins}
    rows |= {
        Licensed(name, version, spdx(licence) or spdx(held.read.get(name, "")), use)
        for use, name, version, licence in node_packages()
    }
    return sorted(rows, key=lambda row: (USES.index(row.use), row.name, row.version))


def licence_of(name: str, held: Rules) -> str:
    """SPDX expression of a Python package: as a person read it, else as its metadata say where it is
    installed, else as was looked up in its files; empty if nothing says it."""
    if name in held.read:
        return spdx(held.read[name])
    try:
        said = _of_metadata(metadata(name))
    except PackageNotFoundError:
        said = ""
    return said or spdx(held.elsewhere.get(name, ""))


def _of_metadata(said: PackageMetadata) -> str:
    kinds = [
        text.rpartition(" :: ")[2]
        for text in said.get_all("Classifier") or ()
        if text.startswith("License ::")
    ]
    fields = [said[field] for field in ("License-Expression", "License") if field in said]
    texts = (*fields, *(kinds if len(kinds) == 1 else ()))
    return next((found for text in texts if text and (found := spdx(text))), "")


def spdx(text: str) -> str:
    """A licence as a valid SPDX expression in its usual spelling; empty where it is none."""
    try:
        return str(canonicalize_license_expression(_WORDS.get(text.strip(), text)))
    except InvalidLicenseExpression:
        return ""


def is_allowed(expression: str, allowed: Iterable[str]) -> bool:
    """Whether a choice at every OR leaves allowed licences only; exceptions (WITH) are not allowed."""
    ids = set(allowed)
    words = re.findall(r"[()]|[^\s()]+", expression)
    if "WITH" in words:
        return False
    terms = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    logic = " ".join(terms.get(word, str(word in ids)) for word in words)
    return bool(words) and bool(eval(logic, {"__builtins__": {}}))  # noqa: S307 and, or, brackets alone


def binds_the_whole(expression: str) -> bool:
    """Whether there is no way round the GPL or AGPL, which no exception lets in."""
    words = re.findall(r"[^\s()]+", expression)
    return not is_allowed(expression, {word for word in words if not word.startswith(("GPL-", "AGPL-"))})


def faults(rows: Sequence[Licensed], held: Rules) -> list[str]:
    """What may not be shipped as it is, in words that say what would be valid."""
    found, needed = [], set()
    valid = ", ".join(sorted(held.allowed))
    for row in rows:
        excepted, _ = held.exceptions.get(row.name, ("", ""))
        if not row.licence:
            found.append(
                f"{row.name} {row.version}: no known licence; valid: read it and put it under [read]"
            )
        elif is_allowed(row.licence, held.allowed):
            continue
        elif row.licence == excepted and not binds_the_whole(row.licence):
            needed.add(row.name)
        else:
            found.append(f"{row.name} {row.version} ({row.use}): {row.licence}; valid: {valid}")
    found += [
        f"{name}: its exception is not needed; valid: none"
        for name in sorted(held.exceptions.keys() - needed)
    ]
    named = {row.name for row in rows}
    looked_up = held.read.keys() | held.elsewhere.keys()
    return found + [f"{name}: looked up, but in no lock; valid: none" for name in sorted(looked_up - named)]


def page(rows: Sequence[Licensed], held: Rules) -> str:
    """The page of licences, as Markdown."""
    body = [_HEAD.read_text(encoding="utf-8"), "| files | source | terms |", "|---|---|---|"]
    body += [f"| {_places(one.paths)} | {one.source} | {one.terms} |" for one in held.data]
    for use in USES:
        of = [row for row in rows if row.use == use]
        body += [f"\n## {_TITLES[use]}\n", "| package | version | licence (SPDX) |", "|---|---|---|"]
        body += [f"| {row.name} | {row.version} | {row.licence} |" for row in of]
    body += ["\n## Exceptions\n", "| package | licence | why it may be there |", "|---|---|---|"]
    body += [f"| {name} | {licence} | {why} |" for name, (licence, why) in sorted(held.exceptions.items())]
    return "\n".join(body) + "\n"


def _places(paths: Iterable[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


_TITLES = {
    PRODUCT: "The product",
    SERVER: "With the extra `server`: Airflow's database",
    STORES: "With `make stores`, the operator's choice: what speaks s3, abfs, gs, sftp and smb",
    DEV: "Developers' tools",
    BENCH: "For `make bench`",
    MESH: "For `make mesh-sandbox`, in an environment of its own",
    VALIDATOR: "For `make fhir-validator`",
    STORE_SERVERS: "For `make store-servers`, in an environment of its own",
    AZURITE: "For `make store-servers`: Azurite and what it needs, of Node",
}


def main() -> int:
    """Write the page, or say what may not be shipped."""
    held = rules()
    rows = licensed(held)
    found = faults(rows, held)
    for line in found:
        sys.stderr.write(f"licences: {line}\n")
    if not found:
        PAGE.write_text(page(rows, held), encoding="utf-8")
        sys.stdout.write(
            f"{len(rows)} packages, {len(held.exceptions)} exceptions: {PAGE.relative_to(ROOT)}\n"
        )
    return 5 if found else 0


if __name__ == "__main__":
    sys.exit(main())

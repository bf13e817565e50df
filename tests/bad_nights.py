"""Three nights of one tiny economy: a good one, one with every fault, one that mends and lacks a reply.

Each fault sits in a feed or file of its own, so that one run carries them all. What the bad rows say bears a
marker word, which may come out nowhere.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from pipeline.ledger import Ledger
from pipeline.settings import Settings
from tests import fhir_sender

ROOT = Path(__file__).parent.parent
MARKER = "QXBADROW"
GOOD, BAD, MENDED = (date(2026, 3, day) for day in (29, 30, 31))
RUNS = {GOOD: "20260329-001", BAD: "20260330-001", MENDED: "20260331-001"}
Rows = list[dict[str, str]]

# Where each fault lies; a council's extract is a snapshot, an acute trust's and a practice's a delta.
MISSING_FEED = "social_care/LA020"
WRONG_TOTALS = "social_care/LA013"
UNKNOWN_CODE = "social_care/LA009"
EMPTY_FILE = f"acute/R1K/{BAD}/OP.csv"
MISSING_COLUMN = f"acute/RQM/{BAD}/APC.csv"
UNKNOWN_COLUMN = f"acute/RYJ/{BAD}/ECDS.csv"
ABSENT_FILE = f"community/RYX/{BAD}/CYP202.csv"
TRUNCATED = f"community/RYX/{BAD}/CYP201.csv"
WRONG_ENCODING = f"gp/YGT01/{BAD}/SRCode.csv"
WRONG_FIELDS = f"gp/YGE01/{BAD}/CareRecord_Consultation.csv"
IMPOSSIBLE_DATE = f"gp/YGE01/{BAD}/CareRecord_Observation.csv"
DUPLICATE_KEY = f"gp/YGE01/{BAD}/Appointment_Slot.csv"
DELETE, UPDATE = f"acute/RAS/{BAD}/ECDS.csv", f"acute/RAS/{BAD}/APC.csv"
FHIR_FEED = "acute/FH1"


@dataclass
class Nights:
    """The three nights once they have been run: where they lie and what each command said."""

    root: Path
    said: dict[date, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)  # what a test needs to know of what was planted

    @property
    def extracts(self) -> Path:
        """What the senders sent."""
        return self.root / "extracts"

    @property
    def home(self) -> Path:
        """The deployment."""
        return self.root / "home"

    @property
    def after_good(self) -> Path:
        """Vault and keys as the good night left them."""
        return self.root / "after-good"

    @property
    def to_undo(self) -> Path:
        """Everything as the bad night left it, for whoever undoes that night: extracts and deployment."""
        return self.root / "to-undo"

    @property
    def settings(self) -> Settings:
        """The settings that the nights were run with."""
        return Settings(home=self.home, memory_limit="2GB")

    @property
    def ledger(self) -> Ledger:
        """The deployment's ledger."""
        return Ledger(self.home / "audit" / "ledger.sqlite")

    def wsic(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """One command line, in a process of its own."""
        return wsic(self.home, *arguments, **environ)

    def run(self, night: date, **environ: str) -> None:
        """``wsic run`` of one night, as JSON."""
        asked = ("run", "--extracts", str(self.extracts), "--as-of", str(night), "--json")
        self.said[night] = self.wsic(*asked, **environ)

    def summary(self, night: date) -> dict[str, Any]:
        """What the run said of itself."""
        return json.loads(self.said[night].stdout)

    def version(self, product: str, night: date) -> Path:
        """The version of a product that one night published."""
        return self.home / "published" / product / "versions" / f"{RUNS[night]}.duckdb"

    @cached_property
    def links(self) -> Path:
        """The link table as ``wsic link export`` writes it, of the last night."""
        path = self.root / "links.parquet"
        self.wsic("link", "export", "--out", str(path)).check_returncode()
        return path

    @cached_property
    def quarantine(self) -> list[dict[str, Any]]:
        """What ``wsic quarantine list --json`` shows, after the last night."""
        done = self.wsic("quarantine", "list", "--json")
        assert done.returncode == 0, done.stderr
        entries: list[dict[str, Any]] = json.loads(done.stdout)
        return entries

    def ask(self, product: str, night: date, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a query over the version of a product that one night published."""
        with duckdb.connect(str(self.version(product, night)), read_only=True) as connection:
            return connection.execute(query, values).fetchall()


def wsic(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """``wsic`` with ``WSIC_HOME`` set to ``home``, as a person would call it."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        cwd=ROOT, env={**os.environ, "WSIC_HOME": str(home), "WSIC_THREADS": "1", **environ},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def three_nights(root: Path) -> Nights:
    """Make the economy and run its three nights, breaking and mending in between."""
    nights = Nights(root)
    _make(nights.extracts)
    nights.run(GOOD)
    for zone in ("identity", "keys"):
        shutil.copytree(nights.home / zone, nights.after_good / zone)
    sent_right = _break(nights)
    nights.run(BAD)
    shutil.copytree(root, nights.to_undo, symlinks=True, ignore=lambda *_: {nights.to_undo.name})
    for path, content in sent_right.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    fhir_sender.send_update(nights.extracts / FHIR_FEED / str(MENDED), nights.held["fhir"])
    shutil.rmtree(nights.extracts / "opt_outs" / str(MENDED))
    nights.run(MENDED, WSIC_OPT_OUT_VALID_DAYS="0")
    return nights


def _make(extracts: Path) -> None:
    from synthetic import synthesise

    synthesise(200, 3, extracts, end_date=MENDED, nights=3)
    for manifest in extracts.glob("*/*/*/manifest.json"):
        manifest.unlink()
    for month in [*extracts.glob("community/*/2025-*"), *extracts.glob("mental_health/*/2025-*")]:
        shutil.rmtree(month)  # thirteen months of returns prove no more than three
    shutil.copytree(extracts / f"acute/RAS/{MENDED}", extracts / f"acute/RAS/{BAD}")
    for feed in ("community/RYX", WRONG_TOTALS, UNKNOWN_CODE):
        later = extracts / feed / str(MENDED)
        shutil.copytree(later if later.is_dir() else extracts / feed / str(GOOD), extracts / feed / str(BAD))


def _break(nights: Nights) -> dict[Path, bytes]:
    """Plant every fault of the second night; returns what the senders send again, put right."""
    extracts = nights.extracts
    right: dict[Path, bytes] = {}
    for file in (MISSING_COLUMN, UNKNOWN_COLUMN, EMPTY_FILE):
        _send_again(extracts / file, 4)
        right[extracts / file] = (extracts / file).read_bytes()
    missing = extracts / MISSING_FEED
    right |= {path: path.read_bytes() for path in missing.rglob("*.csv")}
    shutil.rmtree(missing)
    (extracts / EMPTY_FILE).write_bytes(b"")
    (extracts / ABSENT_FILE).unlink()
    _edit(extracts / MISSING_COLUMN, _without_a_column)
    _edit(extracts / UNKNOWN_COLUMN, lambda rows: [{**row, "TriageNote": MARKER} for row in rows])
    _edit(extracts / UNKNOWN_CODE / str(BAD) / "CLD.csv", lambda rows: _first(rows, "Event Type"))
    _edit(extracts / IMPOSSIBLE_DATE, _impossible_date)
    _edit(extracts / DUPLICATE_KEY, lambda rows: [*rows, rows[-1]])
    _break_bytes(extracts)
    _wrong_totals(extracts / WRONG_TOTALS / str(BAD))
    nights.held["deleted"] = _delete_and_update(extracts)
    nights.held["fhir"] = fhir_sender.send(
        extracts / FHIR_FEED / str(BAD), extracts / "truth", sender="FH1", marker=MARKER
    )
    return right


def _without_a_column(rows: Rows) -> Rows:
    marked = [{**row, "PersonFamilyName": MARKER} for row in rows]
    return [{name: row[name] for name in row if name != "SpellCoreHRG"} for row in marked]


def _first(rows: Rows, column: str) -> Rows:
    return [{**rows[0], column: MARKER}, *rows[1:]]


def _impossible_date(rows: Rows) -> Rows:
    return [{**rows[0], "EffectiveDate": "2026-02-30", "AssociatedText": MARKER}, *rows[1:]]


def _break_bytes(extracts: Path) -> None:
    truncated = extracts / TRUNCATED
    truncated.write_bytes(truncated.read_bytes().rstrip()[:-30])
    encoded = extracts / WRONG_ENCODING
    header, first, *rest = encoded.read_bytes().splitlines(keepends=True)
    fields = first.split(b",")
    fields[8] = f"{MARKER} Ménière".encode("cp1252")
    encoded.write_bytes(b"".join([header, b",".join(fields), *rest]))
    fielded = extracts / WRONG_FIELDS
    last = fielded.read_bytes().splitlines(keepends=True)[-1].rstrip()
    fielded.write_bytes(fielded.read_bytes() + last + f",{MARKER},more\n".encode())


def _wrong_totals(folder: Path) -> None:
    path = folder / "CLD.csv"
    _edit(path, lambda rows: _first(rows, "First Name"))
    total = len(read(path)) + 1
    listed = {"files": [{"name": path.name, "rows": total}]}
    (folder / "manifest.json").write_text(json.dumps(listed), encoding="utf-8")


def _delete_and_update(extracts: Path) -> dict[str, str]:
    """A trust takes back one attendance and discharges one patient; returns the keys of both rows."""
    attendance = _person_known(read(_night_before(extracts / DELETE)))[0]
    _edit(extracts / DELETE, lambda _: [{**attendance, "UpdateType": "1"}])
    episode = read(_night_before(extracts / UPDATE))[0]
    _edit(extracts / UPDATE, lambda _: [{**episode, "SpellCoreHRG": "WH09C"}])
    return {
        "attendance": attendance["AttendanceUniqueIdentifier"],
        "episode": episode["GeneratedRecordIdentifier"],
    }


def _person_known(rows: Rows) -> Rows:
    return [row for row in rows if row["NHSNumber"] and not row["WithheldIdentityReason"]]


def _send_again(path: Path, number: int) -> None:
    """Let a night with next to nothing to tell repeat some rows of the night before, of several people."""
    earlier = read(_night_before(path))
    _edit(path, lambda _: earlier[:: len(earlier) // number][:number])


def _night_before(path: Path) -> Path:
    return path.parent.parent / str(GOOD) / path.name


def read(path: Path) -> Rows:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _edit(path: Path, change: Callable[[Rows], Rows]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), change(list(reader))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

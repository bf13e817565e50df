"""A tiny deployment for tests of the identity room: resources, landed as the landing room lands them."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from connectors.fhir import shapes, systems
from pipeline.identity import export_links
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

AS_OF = date(2026, 3, 31)
SOURCE, SENDER = "gp", "YGM01"
Resource = dict[str, Any]


def nhs_number(n: int) -> str:
    """The ``n``-th valid number of the 999 range, counted so that every ``n`` has one."""
    stem = f"999{n * 2:06d}"
    for last in range(10):
        for step in (0, 1):
            candidate = f"{int(stem) + step:09d}{last}"
            if sum(int(d) * w for d, w in zip(candidate, range(10, 0, -1), strict=True)) % 11 == 0:
                return candidate
    raise AssertionError("one of two neighbouring stems always has a check digit")


def patient(
    record_id: str, number: str | None = None, birth: str | None = "1950-06-01", **more: Any
) -> Resource:
    """A Patient; ``status`` sets the number's verification status, ``marks`` its security labels."""
    status, marks, practice = more.pop("status", None), more.pop("marks", ()), more.pop("practice", None)
    resource: Resource = {"id": f"p-{record_id}", "birthDate": birth, "gender": "female", **more}
    if number is not None:
        identifier: Resource = {"system": systems.NHS_NUMBER, "value": number}
        if status:
            identifier["extension"] = [extension_ukcore("NHSNumberVerificationStatus", status)]
        resource["identifier"] = [identifier]
    if marks:
        resource["meta"] = security(*marks)
    if practice:
        resource["generalPractitioner"] = [ods(practice)]
    return resource


def registration(
    record_id: str, practice: str, start: str = "2010-01-01", end: str | None = None
) -> Resource:
    kind = {"system": systems.LOCAL_CODE_SYSTEM + "episode-type", "code": "gp_registration"}
    return {
        "id": f"reg-{record_id}",
        "type": [{"coding": [kind]}],
        "patient": {"reference": f"Patient/p-{record_id}"},
        "managingOrganization": ods(practice),
        "period": {"start": start, "end": end},
    }


def observation(key: str, code: str, on: str = "2025-05-05", **more: Any) -> Resource:
    coding = {"system": systems.SNOMED_CT, "code": code}
    return {
        "id": f"o-{key}",
        "status": "final",
        "code": {"coding": [coding]},
        "effectiveDateTime": on,
        **more,
    }


def practice(code: str, *, sharing: bool | None) -> Resource:
    resource: Resource = {
        "id": f"org-{code}",
        "identifier": [{"system": systems.ODS_ORGANISATION, "value": code}],
    }
    if sharing is not None:
        resource["extension"] = [{"url": systems.LOCAL_EXTENSION + "DataSharing", "valueBoolean": sharing}]
    return resource


def ods(code: str) -> Resource:
    return {"type": "Organization", "identifier": {"system": systems.ODS_ORGANISATION, "value": code}}


def extension_ukcore(name: str, code: str) -> Resource:
    return {"url": systems.UK_CORE_EXTENSION + name, "valueCodeableConcept": {"coding": [{"code": code}]}}


def security(*codes: str) -> Resource:
    system = {"R": systems.CONFIDENTIALITY, "V": systems.CONFIDENTIALITY, "HTEST": systems.ACT_REASON}
    return {"security": [{"system": system[code], "code": code} for code in codes]}


@dataclass
class Economy:
    """Resources added one by one, each on a native row of its own unless ``row`` says otherwise."""

    home: Path
    rows: dict[tuple[str, str, str], list[Resource]] = field(default_factory=lambda: defaultdict(list))
    current: dict[tuple[str, str], dict[tuple[str, int], tuple[str | None, bool]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.home, memory_limit="1GB")
        Zones(self.home).create()
        self.ledger = Ledger(self.home / "audit" / "ledger.sqlite")
        self._reader = duckdb.connect()

    def copied(self, home: Path) -> Economy:
        """The same deployment at ``home``, to go on from; this one stays as it is."""
        shutil.copytree(self.home, home, symlinks=True)
        return Economy(home, deepcopy(self.rows), deepcopy(self.current))

    def add(
        self,
        resource_type: str,
        resource: Resource,
        record_id: str | None,
        *,
        source: str = SOURCE,
        sender: str = SENDER,
        row: int | None = None,
        file: str | None = None,
        on: date = AS_OF,
        supporting: bool = False,
    ) -> int:
        """Put one resource on a native row; returns the row, to put more resources on it."""
        file = file or f"file-{source}-{sender}"
        known = self.current[source, sender]
        row = row or 1 + max((r for f, r in known if f == file), default=0)
        known[file, row] = (record_id, supporting)
        lineage = {
            "_source": source,
            "_sender": sender,
            "_record_id": record_id,
            "_file_id": file,
            "_row": row,
        }
        self.rows[resource_type, source, sender].append(
            {**resource, **lineage, "_extract_date": on.isoformat()}
        )
        return row

    def person(
        self, record_id: str, number: str | None = None, birth: str | None = "1950-06-01", **more: Any
    ) -> int:
        """A Patient row; keywords of :meth:`add` and of :func:`patient`."""
        where = {k: more.pop(k) for k in ("source", "sender", "row", "file", "on") if k in more}
        return self.add("Patient", patient(record_id, number, birth, **more), record_id, **where)

    def land(self) -> None:
        """Write everything added, replacing what lay there."""
        connection = duckdb.connect()
        for (resource_type, source, sender), rows in self.rows.items():
            self._write_fhir(connection, resource_type, source=source, sender=sender, rows=rows)
        for (source, sender), known in self.current.items():
            target = self.home / "landing" / "current" / source / f"{sender}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                "create or replace table c "
                "(file_id varchar, row bigint, record_id varchar, supporting boolean)"
            )
            connection.executemany(
                "insert into c values (?, ?, ?, ?)", [(*key, *value) for key, value in known.items()]
            )
            connection.execute(f"copy c to '{target}' (format parquet)")
        connection.close()

    def _write_fhir(
        self,
        connection: duckdb.DuckDBPyConnection,
        resource_type: str,
        *,
        source: str,
        sender: str,
        rows: list[Resource],
    ) -> None:
        drawn = self.home / f"{resource_type}.ndjson"
        drawn.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        folder = Zones(self.home).fhir / resource_type / f"source={source}" / f"sender={sender}"
        folder.mkdir(parents=True, exist_ok=True)
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in shapes.columns(resource_type).items())
        relation = f"read_json('{drawn}', format = 'newline_delimited', columns = {{{columns}}})"
        landed = shapes.landed(resource_type, f"from {relation}")
        connection.execute(f"copy ({landed}) to '{folder / 'data.parquet'}' (format parquet)")
        drawn.unlink()

    def reference(self, name: str, header: str, *rows: tuple[str, ...]) -> None:
        """One table of reference data, as text columns."""
        connection = duckdb.connect()
        columns = header.split(",")
        connection.execute(f"create table r ({', '.join(f'{column} varchar' for column in columns)})")
        if rows:
            connection.executemany(
                f"insert into r values ({', '.join('?' * len(columns))})", [list(r) for r in rows]
            )
        target = Zones(self.home).reference / f"{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy r to '{target}' (format parquet)")

    def reply(
        self, extracts: Path, on: date, *numbers: str, text: str | None = None, name: str = "MBX-1.dat"
    ) -> None:
        """A reply of the national opt-out check: the numbers that may be used."""
        folder = extracts / "opt_outs" / on.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        content = text if text is not None else "".join(f"{number},\n" for number in numbers)
        (folder / name).write_bytes(content.encode("utf-8"))

    def table(self, path: Path) -> list[dict[str, Any]]:
        """Rows of a Parquet file."""
        result = self._reader.execute(f"select * from read_parquet('{path}')")
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def exported(self) -> Path:
        """The link table as it is exported now."""
        path = self.home / "exported" / "links.parquet"
        export_links(self.settings, path)
        return path

    def links(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """The link table by source, sender and record id."""
        rows = self.table(self.exported())
        return {(row["source"], row["sender"], row["record_id"]): row for row in rows}

"""A desk for tests of the trace: Patients go in as FHIR, through the real standardising, index and trace."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb

from connectors.fhir import shapes, systems
from pipeline.identity import standardise
from pipeline.identity.trace import TraceRules, bucket, build_index, trace
from pipeline.settings import Settings
from tests.identity_economy import extension_ukcore, nhs_number, security

NATIONAL = TraceRules.national()
Row = dict[str, Any]


class Desk:
    """People of the GP register (:meth:`registered`) and records that ask who they are (:meth:`asks`)."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("attach ':memory:' as vault")
        standardise.define_macros(self.connection)
        self.patients: list[Row] = []

    def registered(self, n: int, **who: Any) -> str:
        """A GP record that holds the ``n``-th number, verified; returns the number."""
        who.setdefault("source", "gp")
        who.setdefault("status", "01")
        self.asks(f"gp{n}", number=nhs_number(n), **who)
        return nhs_number(n)

    def asks(self, record_id: str, **who: Any) -> str:
        """A record; ``family``, ``given``, ``other``, ``birth``, ``gender``, ``postcode``, ``practice``,
        ``death``, ``number``, ``status``, ``old_numbers``, ``former`` (names), ``before`` (postcodes)
        and ``marks``.
        """
        source, sender = who.pop("source", "acute"), who.pop("sender", "RYJ")
        self.patients.append(
            {
                **_resource(**who),
                "id": record_id,
                "_source": source,
                "_sender": sender,
                "_record_id": record_id,
                "_file_id": f"{source}-{sender}",
                "_row": len(self.patients) + 1,
                "_extract_date": "2026-03-31",
            }
        )
        return f"{source}|{sender}|{record_id}"

    def records(self) -> dict[str, Row]:
        """Standardise; identity records by record id."""
        self._view("patient_row", "Patient", self.patients)
        self._view("registration_row", "EpisodeOfCare", [])
        standardise.standardise_relations(self.connection, Settings(home=Path("unused")), date(2026, 3, 31))
        return {row["record_id"]: row for row in self.table("identity_record")}

    def index(self) -> dict[str, Row]:
        """Standardise and build the index of all numbers; its rows by number."""
        self.records()
        self.connection.execute(
            "create or replace temp view record_to_trace as from identity_record where source <> 'gp' "
            "or nhs_number_status is distinct from '01';"
            "create or replace temp view record_of_number as "
            "from identity_record where traceable_number is not null"
        )
        build_index(self.connection)
        self.connection.execute("create or replace temp view person_index as from index_built")
        return {row["nhs_number"]: row for row in self.table("person_index")}

    def traced(self, rules: TraceRules | None = None) -> dict[str, Row]:
        """All of it; results by record id."""
        self.index()
        trace(self.connection, rules)
        return {row["record_key"].split("|")[2]: row for row in self.table("trace_result")}

    def traced_macros(self) -> None:
        """The macros of the trace, and its rules, on a desk that nobody asks."""
        from pipeline.identity import trace as room

        TraceRules().bind(self.connection)
        for name in room.MACROS:
            self.connection.execute(Path(room.__file__).with_name(name).read_text(encoding="utf-8"))

    def found(self, rules: TraceRules | None = None) -> Row:
        """The one result of a desk that is asked one question."""
        (row,) = self.traced(rules).values()
        return row

    def bucketed(self) -> set[tuple[str, str]]:
        """Record ids that the bucket joins, of all records."""
        self.traced()
        self.connection.execute(
            "create or replace temp view residue_known as "
            "select r.*, t.code from identity_record r join trace_result t using (record_key) "
            "where t.matched_number is null"
        )
        bucket(self.connection)
        return {
            (row["left_key"].split("|")[2], row["right_key"].split("|")[2])
            for row in self.table("bucket_pair")
        }

    def table(self, name: str) -> list[Row]:
        result = self.connection.execute(f"select * from {name}")
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _view(self, name: str, resource_type: str, rows: list[Row]) -> None:
        columns = ", ".join(f"'{column}': '{kind}'" for column, kind in shapes.columns(resource_type).items())
        with NamedTemporaryFile("w", suffix=".ndjson") as file:
            file.write("\n".join(json.dumps(row) for row in rows) or "\n")
            file.flush()
            self.connection.execute(
                f"create or replace temp table {name} as select * from read_json('{file.name}', "
                f"format = 'newline_delimited', columns = {{{columns}}}) where id is not null"
            )


def _resource(**who: Any) -> Row:
    names = []
    if who.get("family") or who.get("given"):
        given = [who.get("given"), *(who.get("other", "").split())]
        names.append({"use": "official", "family": who.get("family"), "given": [g for g in given if g]})
    names += [
        {"use": "old", "family": family, "given": [given] if given else None}
        for family, given in who.get("former", ())
    ]
    addresses = [{"use": "old", "postalCode": code} for code in who.get("before", ())]
    if who.get("postcode"):
        addresses.append({"use": "home", "postalCode": who["postcode"]})
    identifiers = []
    if who.get("number"):
        identifier: Row = {"system": systems.NHS_NUMBER, "value": who["number"]}
        if who.get("status"):
            identifier["extension"] = [extension_ukcore("NHSNumberVerificationStatus", who["status"])]
        identifiers.append(identifier)
    identifiers += [
        {"system": systems.NHS_NUMBER, "use": "old", "value": old} for old in who.get("old_numbers", ())
    ]
    practice = who.get("practice")
    return {
        "name": names,
        "address": addresses,
        "identifier": identifiers,
        "birthDate": who.get("birth"),
        "gender": who.get("gender"),
        "deceasedDateTime": who.get("death"),
        "meta": security(*who.get("marks", ())),
        "generalPractitioner": [{"identifier": {"system": systems.ODS_ORGANISATION, "value": practice}}]
        if practice
        else [],
    }

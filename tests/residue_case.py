"""A residue drawn by hand: records, index persons, edges and decisions in the contract's columns."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from pipeline.identity.residue import (
    DEFAULT_RULES,
    ResidueRules,
    cluster,
    find_touched,
    load_model,
    score_residue,
)

_RECORD = {
    "record_key": "varchar", "source": "varchar", "nhs_number": "varchar", "nhs_number_outcome": "varchar",
    "nhs_number_status": "varchar", "traceable_number": "varchar", "birth_date": "date",
    "birth_year": "smallint", "birth_month": "smallint", "birth_day": "smallint", "is_test": "boolean",
    "is_of_several_born": "boolean",
}  # fmt: skip
_PERSON = {
    "gender": "varchar", "family_name": "varchar", "given_name": "varchar", "other_given_name": "varchar",
    "family_folded": "varchar", "given_folded": "varchar", "given_root": "varchar",
    "former_family_names": "varchar[]", "former_given_names": "varchar[]", "postcode": "varchar",
    "outcode": "varchar", "former_postcodes": "varchar[]", "practice_code": "varchar", "death_date": "date",
}  # fmt: skip
_INDEX = {"nhs_number": "varchar", "birth_date": "date", "is_from_gp": "boolean", "is_verified": "boolean"}
_NICKNAMES = {"BOB": "ROBERT", "LIZ": "ELIZABETH"}
SOMEBODY: dict[str, Any] = {
    "birth": "1950-06-21", "family": "Thornwick", "given": "Robert", "gender": "male", "postcode": "ZQ11AA",
    "practice": "Y99001",
}  # fmt: skip


def number(n: int) -> str:
    """A made-up number of the 999 range; the residue's room never looks at the check digit."""
    return f"999{n:07d}"


def _folded(name: str | None) -> str | None:
    plain = unicodedata.normalize("NFKD", name or "").upper()
    return "".join(letter for letter in plain if letter.isalpha() and letter.isascii()) or None


def _person(facts: dict[str, Any]) -> dict[str, Any]:
    given, postcode = _folded(facts.get("given")), facts.get("postcode")
    return {
        "gender": facts.get("gender"),
        "family_name": (facts.get("family") or "").upper() or None,
        "given_name": (facts.get("given") or "").upper() or None,
        "other_given_name": facts.get("other"),
        "family_folded": _folded(facts.get("family")),
        "given_folded": given,
        "given_root": _NICKNAMES.get(given or "", given),
        "former_family_names": facts.get("former_family", []),
        "former_given_names": facts.get("former_given", []),
        "postcode": postcode,
        "outcode": postcode[:-3] if postcode else None,
        "former_postcodes": facts.get("former_postcodes", []),
        "practice_code": facts.get("practice"),
        "death_date": facts.get("died"),
    }


@dataclass
class ResidueCase:
    """Facts left out of a call are missing in the row; ``**SOMEBODY`` gives a whole person."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: list[tuple[str, str, float]] = field(default_factory=list)
    buckets: list[tuple[str, str]] = field(default_factory=list)
    decisions: list[tuple[str, str, str]] = field(default_factory=list)
    joined_before: list[tuple[str, str]] = field(default_factory=list)
    national: list[dict[str, Any]] = field(default_factory=list)
    rules: ResidueRules = DEFAULT_RULES

    def __post_init__(self) -> None:
        self.connection = duckdb.connect()

    def record(self, key: str, nhs: str | None = None, status: str | None = None, **facts: Any) -> str:
        """A residue record; status 01 makes its number a verified one."""
        birth = date.fromisoformat(facts["birth"]) if facts.get("birth") else None
        year, month, day = facts.get("parts", (birth.year, birth.month, birth.day) if birth else (None,) * 3)
        outcome = "missing" if nhs is None else "valid_traced" if status == "01" else "valid_untraced"
        self.records[key] = {
            "record_key": key, "source": "acute", "nhs_number": nhs, "nhs_number_outcome": outcome,
            "nhs_number_status": status, "traceable_number": nhs, "birth_date": birth, "birth_year": year,
            "birth_month": month, "birth_day": day, "is_test": False,
            "is_of_several_born": facts.get("is_of_several_born", False), **_person(facts),
        }  # fmt: skip
        return key

    def person(self, nhs: str, **facts: Any) -> str:
        """An index person; returns the key of its node."""
        birth = date.fromisoformat(facts["birth"])
        self.persons[nhs] = {
            "nhs_number": nhs, "birth_date": birth, "is_from_gp": True, "is_verified": True, **_person(facts)
        }  # fmt: skip
        return f"nhs|{nhs}"

    def edge(self, left: str, right: str, weight: float) -> None:
        self.edges.append((left, right, weight))

    def score(self, new: list[str] | None = None) -> dict[tuple[str, str], float]:
        """Weights by pair, from the packaged model."""
        self._tables(new)
        score_residue(self.connection, load_model(), self.rules)
        found = self.connection.execute("select left_key, right_key, weight from edge_built").fetchall()
        assert len({row[:2] for row in found}) == len(found)
        return {(left, right): weight for left, right, weight in found}

    def touched(self, changed_records: list[str], changed_persons: list[str]) -> set[str]:
        self._tables(None)
        for name, relation, column, keys in (
            ("residue_changed", "residue_known", "record_key", changed_records),
            ("index_changed", "person_index", "nhs_number", changed_persons),
        ):
            self.connection.execute(f"create or replace temp table {name} as from {relation} limit 0")
            for key in keys:
                self.connection.execute(f"insert into {name} from {relation} where {column} = ?", [key])
        find_touched(self.connection)
        return {row[0] for row in self.connection.execute("from residue_touched").fetchall()}

    def cluster(self) -> dict[str, dict[str, Any]]:
        """The assignment by record key, of the edges drawn (or else of those scored)."""
        if not self.edges and len(self.records):
            self.edges = [(left, right, weight) for (left, right), weight in self.score().items()]
        self._tables(None)
        cluster(self.connection, self.rules)
        result = self.connection.execute("from assignment order by record_key")
        names = [column[0] for column in result.description or ()]
        return {row[0]: dict(zip(names, row, strict=True)) for row in result.fetchall()}

    def joined(self) -> set[tuple[str, str]]:
        return {row[:2] for row in self.connection.execute("from edge_joined").fetchall()}

    def _tables(self, new: list[str] | None) -> None:
        self._table("residue_known", _RECORD | _PERSON, list(self.records.values()))
        wanted = self.records if new is None else {key: self.records[key] for key in new}
        self._table("residue_new", _RECORD | _PERSON, list(wanted.values()))
        self._table("person_index", _INDEX | _PERSON, list(self.persons.values()))
        pair = {"left_key": "varchar", "right_key": "varchar"}
        for name, columns, rows in (
            ("edge_known", pair | {"weight": "double"}, self.edges),
            ("bucket_pair", pair, self.buckets),
            ("decision", pair | {"verdict": "varchar"}, self.decisions),
            ("edge_joined_before", pair, self.joined_before),
        ):
            self._table(name, columns, [dict(zip(columns, row, strict=True)) for row in rows])
        self._table("national_identity", {"record_key": "varchar", "national_id": "varchar"}, [])
        self._table("national_record", _RECORD | _PERSON | {"matched_number": "varchar"}, self.national)

    def _table(self, name: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self.connection.execute(f"create or replace temp table {name} ({listed})")
        if rows:
            marks = ", ".join("?" * len(columns))
            values = [[row[column] for column in columns] for row in rows]
            self.connection.executemany(f"insert into {name} values ({marks})", values)

"""One small economy in which many people each show one thing about objections: one night tests them all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from connectors.fhir import systems
from pipeline.identity import Published, apply_opt_outs, link, pseudonymise
from pipeline.identity.objections.afresh import look_afresh
from pipeline.identity.objections.suppressed import find_suppressed
from pipeline.identity.pseudonymise.summary import PseudonymiseSummary
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.zones import Zones
from tests.identity_economy import AS_OF, Economy, Resource, nhs_number

DISSENT, WITHDRAWN = "827241000000103", "827261000000102"
SNOMED_RESTRICTED, READ_RESTRICTED, ICD_RESTRICTED, OPCS_RESTRICTED = "111111111", "7E0A.", "N46", "Q13"
LISTS = (
    ("type_1_dissent", "snomed", DISSENT, ""),
    ("type_1_dissent", "ctv3", "XaZ89", ""),
    ("type_1_dissent", "read2", "9Nu0.", ""),
    ("type_1_withdrawn", "snomed", WITHDRAWN, ""),
    ("legally_restricted", "snomed", SNOMED_RESTRICTED, ""),
    ("legally_restricted", "read2", READ_RESTRICTED, ""),
    ("legally_restricted", "ctv3", "XE0AA", ""),
    ("legally_restricted", "icd10", "N46X", ""),
    ("legally_restricted", "http://hl7.org/fhir/sid/icd-10", "Z31.-", ""),
    ("legally_restricted", "opcs4", OPCS_RESTRICTED, ""),
    ("legally_restricted", "hrg", "MC07", ""),
)
GP: dict[str, Any] = {"source": "gp", "sender": "YGM01"}
ACUTE: dict[str, Any] = {"source": "acute", "sender": "RYJ"}
MENTAL: dict[str, Any] = {"source": "mental_health", "sender": "RV3"}
COMMUNITY: dict[str, Any] = {"source": "community", "sender": "RY1"}
REPLIED_ON = date(2026, 3, 25)


def coded(system: str | None, code: str, *more: tuple[str, str]) -> Resource:
    codings = [{"system": system, "code": code}, *({"system": s, "code": c} for s, c in more)]
    return {"coding": [{name: value for name, value in coding.items() if value} for coding in codings]}


def reference(kind: str, key: str) -> Resource:
    return {"reference": f"{kind}/{key}"}


CTV3 = systems.LOCAL_CODE_SYSTEM + "ctv3"
READ = systems.LOCAL_CODE_SYSTEM + "read-v2"
SNOMED = systems.SNOMED_CT


class House:
    """People 1, 2, 3 ... of an economy, each with a number of their own and rows that show something."""

    def __init__(self, economy: Economy, *lists: tuple[str, ...]) -> None:
        self.economy = economy
        self.people = 0
        economy.reference("codelists", "codelist,code_system,code,term", *(lists or LISTS))

    @property
    def extracts(self) -> Path:
        return self.economy.home.parent / "extracts"

    def number(self, record_id: str) -> str:
        return nhs_number(int(record_id.removeprefix("p")))

    def person(self, **more: Any) -> str:
        """A GP record of a new person; returns its record id."""
        self.people += 1
        record_id = f"p{self.people}"
        where = more.pop("where", GP)
        self.economy.person(record_id, self.number(record_id), **where, **more)
        return record_id

    def night(
        self, product: str, *, run_id: str = "r1", allowed: tuple[str, ...] | None = None,
        as_of: date = AS_OF, before: Published | None = None,
    ) -> PseudonymiseSummary:  # fmt: skip
        """Land, link, apply a reply that allows everybody (or only ``allowed``), and pseudonymise."""
        economy = self.economy
        numbers = tuple(nhs_number(n + 1) for n in range(self.people)) if allowed is None else allowed
        economy.reply(self.extracts, REPLIED_ON, *numbers)
        economy.land()
        link(economy.settings, economy.ledger, run_id, as_of)
        apply_opt_outs(economy.settings, economy.ledger, run_id, self.extracts, as_of)
        return pseudonymise(economy.settings, economy.ledger, run_id, product, as_of, before=before)

    def reasons(self, product: str) -> dict[str, str | None]:
        """Record id -> why the record stays out."""
        path = self.economy.home / "identity" / "eligibility" / f"{product}_records.parquet"
        return {row["record_id"]: row["reason"] for row in self.economy.table(path)}

    def out_afresh(self, product: str, as_of: date = AS_OF) -> set[str]:
        """Ids of the records that stay out by what the gate works out for itself."""
        settings, keys = self.economy.settings, load_keys(self.economy.settings)
        with open_vault(settings, keys, read_only=True) as connection:
            find_suppressed(connection, keys)
            heeds = product == "secondary_use"
            look_afresh(connection, Zones(settings.home), heeds_objections=heeds, as_of=as_of)
            found = connection.execute(
                "select record_id from vault.record where person_id in (select person_id from person_out) "
                "union select record_id from record_out"
            ).fetchall()
        return {row[0] for row in found}

    def kept_rows(self, product: str) -> set[tuple[str, int]]:
        """(source, row) of every row in any person table of the product."""
        folder = self.economy.home / "pseudonymised" / product
        tables = [self.economy.table(path) for path in folder.glob("*__*.parquet")]
        return {(row["source"], row["source_row"]) for rows in tables for row in rows if "source_row" in row}

    def in_production(self) -> None:
        self.economy.settings = replace(self.economy.settings, env="production")

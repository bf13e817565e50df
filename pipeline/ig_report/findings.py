"""Everything that the page tells of one release, and the verdict over it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from pipeline import audit_log
from pipeline.ig_report.attention import ACT, LEVELS, LOOK, UNKNOWN, Attention
from pipeline.ig_report.evidence import (
    accounts,
    audit_chain,
    checks,
    disclosure,
    handling,
    key_versions,
    linkage,
    objections,
    products,
    reidentifications,
    sources,
    zone_modes,
)
from pipeline.ig_report.given import Given
from pipeline.ig_report.release import Release

_WHAT = {ACT: "must be acted on", LOOK: "should be looked at", UNKNOWN: "could not be told"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The evidence of one release, a part a section; ``written_at`` is UTC."""

    release: Release
    written_at: str
    products: products.Products
    sources: sources.Sources
    accounts: accounts.Accounts
    handling: handling.Treatment
    objections: objections.Objections
    disclosure: disclosure.Disclosure
    linkage: linkage.Linkage
    keys: key_versions.KeyVersions
    reidentifications: reidentifications.Reidentifications
    checks: checks.Checks
    zones: zone_modes.ZoneModes
    log: audit_chain.AuditChain

    @property
    def attention(self) -> tuple[Attention, ...]:
        """What the reader has to see to; what must be acted on stands first, the audit log before all."""
        parts = (
            self.log, self.products, self.objections, self.disclosure, self.checks, self.accounts,
            self.sources, self.handling, self.reidentifications, self.keys, self.linkage, self.zones,
        )  # fmt: skip
        found = chain.from_iterable(part.attention() for part in parts)
        return tuple(sorted(found, key=lambda one: LEVELS.index(one.level)))

    @property
    def level(self) -> str:
        """The most pressing level there is; empty where nothing needs attention."""
        return next((one.level for one in self.attention), "")

    @property
    def verdict(self) -> str:
        """The first line of the page: the audit log's fault, if it has one, before anything else."""
        if self.log.fault:
            return f"{self.log.fault} Nothing else on this page is proved until this is explained."
        told = [f"{_matters(count)} {_WHAT[level]}." for level in LEVELS if (count := self.count(level))]
        if not self.count(ACT):
            told.insert(0, "Nothing is wrong that the pipeline can see.")
        return " ".join(told)

    def count(self, level: str) -> int:
        """How many matters of a level there are."""
        return sum(one.level == level for one in self.attention)


def gather(release: Release, given: Given, *, written_at: str) -> Findings:
    """Read all evidence of a release."""
    entries = list(audit_log.entries(release.settings))
    made = products.read(release)
    return Findings(
        release=release, written_at=written_at, products=made,
        sources=sources.read(release), accounts=accounts.read(release), handling=handling.read(release),
        objections=objections.read(release, given.objections, made.published),
        disclosure=disclosure.read(release, made.published),
        linkage=linkage.read(release, made.published, given.method),
        keys=key_versions.read(release, given.keys, entries),
        reidentifications=reidentifications.read(release, entries, written_at),
        checks=checks.read(release, made.published),
        zones=zone_modes.ZoneModes(
            zones=given.zones, protection=given.protection, is_production=release.settings.is_production
        ),
        log=audit_chain.read(release, given.verification, given.unverified, entries),
    )  # fmt: skip


def _matters(count: int) -> str:
    return "1 matter" if count == 1 else f"{count} matters"

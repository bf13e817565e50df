"""How well records were joined to people, and how far the published figures depend on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.ig_report.attention import LOOK, UNKNOWN, Attention
from pipeline.ig_report.release import Release, Row, Rows
from pipeline.linkage_report.figures import LINK_RATES
from pipeline.settings import PRODUCTS

SECTION = "linkage"
_THRESHOLDS = {"strict": "residue: strict", "middle": "residue: join", "loose": "residue: loose"}
_HEADLINES = (
    "emergency_admissions", "emergency_admissions_65_plus", "emergency_attendances", "total_bed_days",
    "long_term_social_care_65_plus",
)  # fmt: skip
# The whole system, the longest period that ended last. The range is of the three thresholds.
_RANGES = f"""
    select metric_id, period_start, period_end, unit, value, value_low, value_high from wsic.metric
    where area_type = 'system' and group_type = 'all' and metric_id in {_HEADLINES}
    qualify row_number() over (partition by metric_id order by period_end desc, period_start) = 1
    order by metric_id"""
# How many people the records of a product make, by how sure a link must be.
_PEOPLE = """
    select coalesce(source, 'all sources') as source, count(*) as records,
        count(distinct strict_person_key) as strict, count(distinct person_key) as middle,
        count(distinct loose_person_key) as loose
    from {table} group by rollup (source) order by source = 'all sources', source"""
_CONTRADICTED = "select reason, decisions from link_contradiction where run_id = :run_id order by reason"
_DRIFT = """
    select profile, source, max(nights_before) as nights_before, sum(stability_index) as stability_index
    from quality.linkage_drift where profile <> 'given' group by profile, source
    having max(nights_before) > 0 and sum(stability_index) >= 0.25 order by stability_index desc"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """``sources``: records, link rate and estimated errors by source; ``ranges``: headline figures, with
    the least and the greatest value of the three thresholds.

    ``people``: how many people the records make at the strict, middle (in use) and loose threshold;
    ``thresholds``: the bits of evidence that each asks for; ``drift``: what moved by a population stability
    index of 0.25 or more since the nights before.
    """

    product: str | None
    sources: Rows | None
    ranges: Rows | None
    people: Rows | None
    drift: Rows
    contradicted: Rows
    thresholds: Mapping[str, str]

    @property
    def records(self) -> int | None:
        """Records of all sources."""
        return sum(row["records"] for row in self.sources) if self.sources else None

    def attention(self) -> Iterator[Attention]:
        """Decisions that could not be obeyed, and links that are not as they were."""
        if self.sources is None:
            yield Attention(
                UNKNOWN, SECTION, "How well records were joined is not known: no version is kept."
            )
        if self.contradicted:
            decisions = sum(row["decisions"] for row in self.contradicted)
            yield Attention(
                LOOK, SECTION, f"Decisions of people about links that could not be obeyed: {decisions}."
            )
        if self.drift:
            yield Attention(
                LOOK, SECTION, f"Kinds of links that differ much from the nights before: {len(self.drift)}."
            )


def read(release: Release, published: tuple[str, ...], method: Mapping[str, str]) -> Linkage:
    """Of the first person-level product that the run published; ``method`` tells rules and thresholds."""
    product = next((name for name in PRODUCTS if name in published), None)

    def rows(statement: str) -> list[Row] | None:
        return release.in_product(product, statement) if product else None

    return Linkage(
        product=product, sources=rows(LINK_RATES) or None, ranges=rows(_RANGES) or None,
        people=release.in_pseudonymised(product, "person_sources", _PEOPLE) if product else None,
        drift=rows(_DRIFT) or (), contradicted=release.rows(_CONTRADICTED),
        thresholds={place: method[name] for place, name in _THRESHOLDS.items() if name in method},
    )  # fmt: skip

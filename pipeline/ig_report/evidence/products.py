"""What became of each product: published, refused and why, not made; and which version is served now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ig_report.attention import ACT, LOOK, Attention
from pipeline.ig_report.release import ALL_PRODUCTS, Release, Row, Rows
from pipeline.settings import OPEN_PRODUCT
from pipeline.zones import Zones

SECTION = "release"
PUBLISHED, REFUSED, NOT_MADE = "published", "refused", "not made"
_FOR = {
    "direct_care": "care teams, about the people in their care",
    "secondary_use": "planning and commissioning, on pseudonyms, without people who objected",
    OPEN_PRODUCT: "anyone: counts only, after disclosure control",
}
_PUBLICATIONS = "select product, outcome, at, message from publication where run_id = :run_id"
# A product that is refused before it is to be published has no publication, but a step that says why.
_STEPS = """
    select subject as product, message from step
    where run_id = :run_id and outcome in ('refused', 'failed') and subject <> ''
    order by started_at, step"""
_ROTATES = "select product from key_rotation where run_id = :run_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """``rows``: product, made_for, outcome, at, message, serves; ``wanted``: those the run was to publish."""

    rows: Rows
    wanted: tuple[str, ...]
    is_latest: bool

    def outcome(self, product: str) -> str:
        """What became of one product."""
        return next(str(row["outcome"]) for row in self.rows if row["product"] == product)

    @property
    def published(self) -> tuple[str, ...]:
        """Products that the run published."""
        return tuple(row["product"] for row in self.rows if row["outcome"] == PUBLISHED)

    def attention(self) -> Iterator[Attention]:
        """Refused and missing products; versions that are not served although they are the latest."""
        if not self.published:
            yield Attention(
                ACT,
                SECTION,
                "This run published nothing: what was served before it still is, if anything was.",
            )
        for row in self.rows:
            yield from self._of(row)

    def _of(self, row: Row) -> Iterator[Attention]:
        name = row["product"]
        if row["outcome"] == REFUSED:
            yield Attention(
                ACT, SECTION, f"{name} was refused: {row['message'] or 'the ledger does not say why'}"
            )
        elif row["outcome"] == NOT_MADE and name in self.wanted:
            yield Attention(ACT, SECTION, f"{name} was not made by this run.")
        elif row["outcome"] == PUBLISHED and self.is_latest and row["serves"] != row["run_id"]:
            serves = f"the version of run {row['serves']}" if row["serves"] else "no version at all"
            yield Attention(
                LOOK, SECTION, f"{name}: {serves} is served, not the one that this page tells of."
            )


def read(release: Release) -> Products:
    """What the ledger and the links that are served say of each product."""
    said = {row["product"]: row for row in release.rows(_PUBLICATIONS)}
    stopped = {row["product"]: row["message"] for row in reversed(release.rows(_STEPS))}
    rotated = tuple(row["product"] for row in release.rows(_ROTATES))
    rows = [
        {
            "product": product, "made_for": _FOR[product], "run_id": release.run_id,
            **_outcome(said.get(product), stopped.get(product)), "serves": _served(release, product),
        }
        for product in ALL_PRODUCTS
    ]  # fmt: skip
    return Products(rows=rows, wanted=rotated or ALL_PRODUCTS, is_latest=not release.until)


def _outcome(said: Row | None, stopped: str | None) -> Row:
    if said is not None:
        return {"outcome": said["outcome"], "at": said["at"], "message": said["message"]}
    if stopped is not None:
        return {"outcome": REFUSED, "at": None, "message": stopped}
    return {"outcome": NOT_MADE, "at": None, "message": ""}


def _served(release: Release, product: str) -> str | None:
    link = Zones(release.settings.home).published(product) / "current.duckdb"
    return link.resolve().stem if link.exists() else None

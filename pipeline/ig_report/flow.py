"""The picture of the data flow: its counts, and the same in words for whoever does not see it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.ig_report.findings import Findings
from pipeline.ig_report.release import Row, Rows
from pipeline.pages import number
from pipeline.settings import OPEN_PRODUCT, PRODUCTS

_NOT_KNOWN = "not known"
_COUNTED = {
    "files": "files", "received": "rows_in", "quarantined": "rows_quarantined", "landed": "rows_landed",
    "superseded": "rows_superseded", "current": "rows_current",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One product on the picture: rows and people, checks passed, and what became of it."""

    product: str
    title: str
    given: str
    withheld: str
    people: str
    checks: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Counts as words, ``description`` of the whole, and the ``rows`` of the table that says the same."""

    senders: str
    files: str
    received: str
    quarantined: str
    landed: str
    superseded: str
    current: str
    lanes: tuple[Lane, ...]
    open_outcome: str
    open_shown: str
    open_hidden: str
    description: str
    rows: Rows


def flow_of(findings: Findings) -> Flow:
    """The picture of what one run did."""
    total = findings.accounts.total
    counted = {word: number(total.get(name), _NOT_KNOWN) for word, name in _COUNTED.items()}
    senders = {(row["source"], row["sender"]) for row in findings.sources.feeds}
    cells: Row = findings.disclosure.cells or {}
    flow = {
        **counted, "senders": number(len(senders) or None, _NOT_KNOWN),
        "open_outcome": findings.products.outcome(OPEN_PRODUCT),
        "open_shown": number(cells.get("shown"), _NOT_KNOWN), "open_hidden": _hidden(cells),
    }  # fmt: skip
    lanes = tuple(_lane(findings, product) for product in PRODUCTS)
    return Flow(**flow, lanes=lanes, description=_describe(flow, lanes), rows=_rows(flow, lanes))


def _lane(findings: Findings, product: str) -> Lane:
    total, checks = findings.accounts.total, findings.checks.suites
    own = [row for row in checks if row["product"] == product]
    made: Row = next((row for row in findings.objections.checks if row["product"] == product), {})
    passed, rules = sum(row["passed"] for row in own), sum(row["rules"] for row in own)
    return Lane(
        product=product, title=product.replace("_", " "),
        given=number(total.get(f"{product}_given"), _NOT_KNOWN),
        withheld=number(total.get(f"{product}_withheld"), _NOT_KNOWN),
        people=number(made.get("people_in"), _NOT_KNOWN),
        checks=f"{passed:,} of {rules:,}" if own else _NOT_KNOWN, outcome=findings.products.outcome(product),
    )  # fmt: skip


def _hidden(cells: Row) -> str:
    return number(cells["suppressed_primary"] + cells["suppressed_secondary"]) if cells else _NOT_KNOWN


def _rows(flow: dict[str, str], lanes: tuple[Lane, ...]) -> Rows:
    told = [
        ("Received from senders", "files", flow["files"]),
        ("Received from senders", "rows", flow["received"]),
        ("Refused and kept aside (quarantine)", "rows", flow["quarantined"]),
        ("Landed", "rows", flow["landed"]),
        ("Replaced by newer rows", "rows", flow["superseded"]),
        ("In use, and linked to people", "rows", flow["current"]),
        *(row for lane in lanes for row in _rows_of(lane)),
        ("open: shown", "counts", flow["open_shown"]),
        ("open: hidden", "counts", flow["open_hidden"]),
        ("open: outcome", "", flow["open_outcome"]),
    ]
    return [{"step": step, "of": of, "number": value} for step, of, value in told]


def _rows_of(lane: Lane) -> list[tuple[str, str, str]]:
    return [
        (f"{lane.title}: left out", "rows", lane.withheld),
        (f"{lane.title}: given pseudonyms", "rows", lane.given),
        (f"{lane.title}: checks passed", "rules", lane.checks),
        (f"{lane.title}: in it", "people", lane.people),
        (f"{lane.title}: outcome", "", lane.outcome),
    ]


def _describe(flow: dict[str, str], lanes: tuple[Lane, ...]) -> str:
    told = " ".join(
        f"For {lane.title}: rows left out {lane.withheld}, rows given pseudonyms {lane.given}, checks passed "
        f"{lane.checks}, people {lane.people}; it is {lane.outcome}."
        for lane in lanes
    )
    return (
        f"From senders ({flow['senders']}) come files ({flow['files']}) with rows ({flow['received']}). Of "
        f"the rows, {flow['quarantined']} are refused and kept aside, {flow['landed']} land, "
        f"{flow['superseded']} are replaced by newer ones, {flow['current']} are in use and linked "
        f"to people. There identifiers stop. {told} Open is made of secondary use: counts shown "
        f"{flow['open_shown']}, counts hidden {flow['open_hidden']}; it is {flow['open_outcome']}."
    )

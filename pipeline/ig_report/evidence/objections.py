"""Objections in and out: who is in no product, on which reply, and whether the gates found anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.ig_report.attention import ACT, LOOK, UNKNOWN, Attention
from pipeline.ig_report.release import Release, Row, Rows
from pipeline.settings import PRODUCTS

SECTION = "objections"
STAGES = ("pseudonymised", "warehouse", "version")
HEEDS_NATIONAL = "secondary_use"
# What each reason for staying out means; whoever does not stand here is told by the reason's own words.
REASONS = {
    "deleted": "Deleted by decision",
    "consent_withdrawn": "Consent to the shared record withdrawn",
    "practice_not_sharing": "Practice without a sharing agreement",
    "confidential": "Marked confidential or sensitive by the sender",
    "test_patient": "Test or dummy patient",
    "legally_restricted": "Code that is restricted by law",
    "type_1_objection": "Type 1 objection, told to the practice",
    "national_opt_out": "National data opt-out",
    "opt_out_not_checkable": "National opt-out could not be checked",
}
_OTHER_ROWS = {
    "not_person_level": "About nobody: dictionaries, headers, organisations",
    "no_resource": "Nothing in the row that is used",
    "not_linked": "About somebody of whom the sender sent no patient record",
}
_WITHHELD = "select product, reason, people, rows from withheld where run_id = :run_id"
_DECISIONS = """
    select act, count(*) as decisions, sum(subjects) as subjects, max(decided_at) as latest
    from subject_decision where decided_at <= :until group by act order by act"""
_REQUESTS = """
    select asked_on, sum(numbers) as numbers, max(sent_at) as sent_at from opt_out_request
    where asked_on <= (select substr(max(coalesce(ended_at, '9999')), 1, 10) from run where run_id = :run_id)
    group by request_id, asked_on order by asked_on desc limit 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objections:
    """``checks``: a row a product that was made, as ``wsic opt-outs report`` gives it.

    ``reasons`` and ``other_rows``: a row a reason, with people and rows of each product (``None``: not made);
    ``gates``: a row a product, stage and rule.
    """

    checks: Rows
    reasons: Rows
    other_rows: Rows
    gates: Rows
    decisions: Rows
    request: Row | None
    reply_days_left: int | None
    published: tuple[str, ...]
    warn_days: int

    @property
    def reply(self) -> Row | None:
        """The check of the product that heeds the national opt-out, where it has a reply."""
        own = (row for row in self.checks if row["product"] == HEEDS_NATIONAL and row["reply_on"])
        return next(own, None)

    @property
    def asked_on(self) -> str:
        """When the national check was asked, in words that say whether the reply in use answers that."""
        if self.reply and self.reply["asked_on"]:
            return str(self.reply["asked_on"])
        if self.request:
            asked = str(self.request["asked_on"])
            return f"{asked}, which the reply in use does not answer" if self.reply else asked
        return "not from here: the reply came by file, without a request" if self.reply else "never"

    def attention(self) -> Iterator[Attention]:
        """Anybody found who may not be in, gates that did not look, a reply that is missing or lapses."""
        found = [row for row in self.gates if not row["is_passed"]]
        if found:
            yield Attention(
                ACT,
                SECTION,
                f"Looks for people and rows that must stay out, and that found some: {len(found)}.",
            )
        looked = {(row["product"], row["stage"]) for row in self.gates}
        for product in self.published:
            missing = [stage for stage in STAGES if (product, stage) not in looked]
            if product in PRODUCTS and missing:
                where = ", ".join(missing)
                yield Attention(
                    ACT, SECTION, f"{product} is published, and nobody looked for objectors: {where}."
                )
        if not self.checks:
            yield Attention(UNKNOWN, SECTION, "No product came so far that objections were applied to it.")
        yield from self._of_the_reply()
        if any(not row["restricted_codes"] for row in self.checks):
            yield Attention(
                LOOK, SECTION, "No list of legally restricted codes is loaded: none can be left out."
            )

    def _of_the_reply(self) -> Iterator[Attention]:
        if self.reply is None:
            yield Attention(ACT, SECTION, "No reply of the national opt-out check is in use.")
        elif self.reply_days_left is not None and self.reply_days_left < 0:
            yield Attention(
                ACT, SECTION, f"The national opt-out reply lapsed on {self.reply['reply_lapses_on']}."
            )
        elif self.reply_days_left is not None and self.reply_days_left <= self.warn_days:
            yield Attention(
                LOOK,
                SECTION,
                f"The national opt-out reply lapses on {self.reply['reply_lapses_on']}: ask again.",
            )


def read(release: Release, evidence: Sequence[Row], published: tuple[str, ...]) -> Objections:
    """``evidence`` are the rows of ``wsic opt-outs report --release RUN``, of this run."""
    requests = release.rows(_REQUESTS)
    return Objections(
        checks=list(evidence), **_withheld(release, evidence),
        gates=[row for check in evidence for row in _gates(check)],
        decisions=release.rows(_DECISIONS), request=requests[0] if requests else None,
        reply_days_left=_days_left(release, evidence), published=published,
        warn_days=release.settings.opt_out_warn_days,
    )  # fmt: skip


def _days_left(release: Release, evidence: Sequence[Row]) -> int | None:
    """Days that the reply holds still, from the night that it was used in."""
    lapses = next((row["reply_lapses_on"] for row in evidence if row["reply_lapses_on"]), None)
    return (date.fromisoformat(lapses) - date.fromisoformat(release.run["as_of"])).days if lapses else None


def _withheld(release: Release, evidence: Sequence[Row]) -> dict[str, Rows]:
    found = {(row["product"], row["reason"]): row for row in release.rows(_WITHHELD)}
    made = {row["product"] for row in evidence} | {product for product, _ in found}
    strange = sorted({reason for _, reason in found} - set(REASONS) - set(_OTHER_ROWS))
    words = {**REASONS, **{reason: reason.replace("_", " ") for reason in strange}}
    return {
        "reasons": [_row(reason, words[reason], found, made) for reason in words],
        "other_rows": [_row(reason, meaning, found, made) for reason, meaning in _OTHER_ROWS.items()],
    }


def _row(reason: str, meaning: str, found: dict[tuple[str, str], Row], made: set[str]) -> Row:
    """Of a product that was made, a reason without a row kept nobody out; of another nothing is known."""
    row: Row = {"reason": reason, "meaning": meaning}
    for product in PRODUCTS:
        own = found.get((product, reason), {"people": 0, "rows": 0} if product in made else {})
        row |= {f"{product}_people": own.get("people"), f"{product}_rows": own.get("rows")}
    return row


def _gates(check: Row) -> Rows:
    """What each look found, in the order of the way of the data."""
    rows = []
    for rule, gate in check["gates"].items():
        stage, _, what = rule.rpartition("_")
        rows.append({"product": check["product"], "stage": stage, "what": what, **gate})
    return sorted(rows, key=lambda row: STAGES.index(row["stage"]) if row["stage"] in STAGES else len(STAGES))

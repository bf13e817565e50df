"""Who asked since the release before who stands behind pseudonyms, and what they were given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.audit_log import Entry
from pipeline.ig_report.attention import ACT, LOOK, Attention
from pipeline.ig_report.release import Release, Row, Rows
from pipeline.reidentify.history import break_glasses
from pipeline.reidentify.sample import sampled

SECTION = "reidentifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reidentifications:
    """``requests``: a row a request within the time that is told of; ``emergencies``: those within the time,
    and every one that waits for its review; ``sample``: the same of answers that were picked for the
    reviewers; ``subject_reports``: how many people were told what is held of
    them."""

    requests: Rows
    emergencies: Rows
    sample: Rows
    subject_reports: int
    review_days: int

    @property
    def given(self) -> int:
        """NHS numbers that were handed out."""
        return sum(row["given"] or 0 for row in self.requests)

    def attention(self) -> Iterator[Attention]:
        """Emergencies that nobody reviewed or that were not justified, refusals, acts that failed."""
        late = sum(row["is_late"] for row in self.emergencies)
        waiting = sum(not row["finding"] for row in self.emergencies) - late
        unjustified = sum(row["finding"] == "unjustified" for row in self.emergencies)
        refused = sum(bool(row["refused_by"]) for row in self.requests)
        failed = sum(row["is_failed"] for row in self.requests)
        if late:
            yield Attention(
                ACT, SECTION, f"Emergencies that wait for review for over {self.review_days} days: {late}."
            )
        if unjustified:
            yield Attention(ACT, SECTION, f"Emergencies found to be unjustified: {unjustified}.")
        if waiting:
            yield Attention(LOOK, SECTION, f"Emergencies that wait for their review: {waiting}.")
        wrong = sum(row["finding"] in ("unjustified", "mistake") for row in self.sample)
        unseen = sum(not row["finding"] for row in self.sample)
        if wrong:
            yield Attention(
                ACT, SECTION, f"Answers of the sample found to be unjustified or a mistake: {wrong}."
            )
        if unseen:
            yield Attention(LOOK, SECTION, f"Answers of the sample that wait for a reviewer: {unseen}.")
        if refused:
            yield Attention(LOOK, SECTION, f"Requests for NHS numbers that were refused: {refused}.")
        if failed:
            yield Attention(LOOK, SECTION, f"Answers that failed while they were handed out: {failed}.")


def read(release: Release, entries: Sequence[Entry], now: str) -> Reidentifications:
    """From the audit log's entries; ``now`` (ISO, UTC) says how long a review has been waited for."""
    own = [entry for entry in entries if release.is_within(entry.at)]
    days = release.settings.break_glass_review_days
    before = datetime.fromisoformat(now) - timedelta(days=days)
    return Reidentifications(
        requests=[_request(entry, entries) for entry in own if entry.act == "reidentify_asked"],
        emergencies=[
            {
                "request_id": one.request_id, "at": one.at, "requester": one.requester,
                "organisation": one.organisation, "pseudonyms": one.keys, "finding": one.finding,
                "reviewed_by": one.reviewed_by,
                "is_late": not one.finding and datetime.fromisoformat(one.at) < before,
            }
            for one in break_glasses(entries)
            if not one.finding or release.is_within(one.at)
        ],
        sample=[
            {
                "request_id": one.request_id, "at": one.at, "requester": one.requester, "case": one.case,
                "organisation": one.organisation, "given": one.given, "finding": one.finding,
                "reviewed_by": one.reviewed_by,
            }
            for one in sampled(entries, one_in=release.settings.reidentify_review_one_in)
            if not one.finding or release.is_within(one.at)
        ],
        subject_reports=sum(entry.act == "subject_report" for entry in own), review_days=days,
    )  # fmt: skip


def _request(asked: Entry, entries: Sequence[Entry]) -> Row:
    """The request and its answer; its reason, which people type, stays in the log."""
    of_request = [one for one in entries if one.details.get("request_id") == asked.details["request_id"]]
    answer = next((one for one in of_request if one.act == "reidentify_given"), None)
    refusal = next((one for one in of_request if one.act == "reidentify_refused"), None)
    failed = {one.details["entry"] for one in entries if one.act == "act_failed"}
    told = asked.details
    return {
        "at": asked.at, "request_id": told["request_id"], "requester": told["requester"],
        "account": asked.actor, "organisation": told["organisation"], "purpose": told["purpose"],
        "product": told["product"], "case": told.get("case", ""), "asked": told["keys"],
        "given": answer.details["given"] if answer else (0 if refusal else None),
        "not_given": answer.details["not_given"] if answer else (told["keys"] if refusal else None),
        "refused_by": refusal.details["rule"] if refusal else "",
        "is_break_glass": bool(told.get("is_break_glass")),
        "is_failed": answer is not None and answer.number in failed,
    }  # fmt: skip

"""WHO a record is about: the only room that decides anything from a clear identifier.

The night's steps, in order: :func:`link`, :func:`apply_opt_outs`, and for each product
:func:`pseudonymise`, which reads only what :mod:`pipeline.identity.eligibility` lets through.
"""

from pipeline.identity.carried import Published
from pipeline.identity.decisions import Pair, RecordName, decide, list_queue, override, show_pair
from pipeline.identity.explain import Explanation, explain
from pipeline.identity.leak_scan import scan_for_leaks
from pipeline.identity.link import (
    LinkSummary,
    Relinked,
    export_links,
    link,
    relink,
    rollback_links,
    runs_without_links,
)
from pipeline.identity.method import describe_method
from pipeline.identity.mps_files import ask_national, keep_answers
from pipeline.identity.objections.decisions import (
    Decision,
    decide_subjects,
    newest_decision,
    oldest_decision_after,
)
from pipeline.identity.objections.forgotten import leave_out_forgotten
from pipeline.identity.objections.gate import objections_gate
from pipeline.identity.objections.released import leave_out_withheld
from pipeline.identity.objections.replies import OptOutOutcome, apply_opt_outs
from pipeline.identity.objections.reply_files import Reply
from pipeline.identity.objections.reply_files import find as find_replies
from pipeline.identity.objections.requests import Request, write_request
from pipeline.identity.objections.state import replies_folder
from pipeline.identity.objections.subjects import Subjects, read_subjects
from pipeline.identity.pseudonymise import pseudonymise
from pipeline.identity.pseudonymise.summary import PseudonymiseSummary
from pipeline.identity.vault_rekey import settle_vault, vault_rekeyed

__all__ = [
    "Decision",
    "Explanation",
    "LinkSummary",
    "OptOutOutcome",
    "Pair",
    "PseudonymiseSummary",
    "Published",
    "RecordName",
    "Relinked",
    "Reply",
    "Request",
    "Subjects",
    "apply_opt_outs",
    "ask_national",
    "decide",
    "decide_subjects",
    "describe_method",
    "explain",
    "export_links",
    "find_replies",
    "keep_answers",
    "leave_out_forgotten",
    "leave_out_withheld",
    "link",
    "list_queue",
    "newest_decision",
    "objections_gate",
    "oldest_decision_after",
    "override",
    "pseudonymise",
    "read_subjects",
    "relink",
    "replies_folder",
    "rollback_links",
    "runs_without_links",
    "scan_for_leaks",
    "settle_vault",
    "show_pair",
    "vault_rekeyed",
    "write_request",
]

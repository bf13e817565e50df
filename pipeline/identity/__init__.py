"""WHO a record is about: the only room that decides anything from a clear identifier.

The night's steps, in order: :func:`link`, :func:`apply_opt_outs`, and for each product
:func:`pseudonymise`, which reads only what :mod:`pipeline.identity.eligibility` lets through.
"""

from pipeline.identity.cohort import Cohort, write_cohort
from pipeline.identity.decisions import Pair, RecordName, decide, list_queue, override, show_pair
from pipeline.identity.explain import Explanation, explain
from pipeline.identity.link import LinkSummary, export_links, link, rollback_links, runs_without_links
from pipeline.identity.method import describe_method
from pipeline.identity.mps_files import ask_national, keep_answers
from pipeline.identity.opt_outs import OptOutOutcome, apply_opt_outs
from pipeline.identity.pseudonymise import pseudonymise
from pipeline.identity.pseudonymise.summary import PseudonymiseSummary

__all__ = [
    "Cohort",
    "Explanation",
    "LinkSummary",
    "OptOutOutcome",
    "Pair",
    "PseudonymiseSummary",
    "RecordName",
    "apply_opt_outs",
    "ask_national",
    "decide",
    "describe_method",
    "explain",
    "export_links",
    "keep_answers",
    "link",
    "list_queue",
    "override",
    "pseudonymise",
    "rollback_links",
    "runs_without_links",
    "show_pair",
    "write_cohort",
]

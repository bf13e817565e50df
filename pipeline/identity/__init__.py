"""WHO a record is about: the only room that decides anything from a clear identifier.

The night's steps, in order: :func:`link`, :func:`apply_opt_outs`, and for each product
:func:`pseudonymise`, which reads only what :mod:`pipeline.identity.eligibility` lets through.
"""

from pipeline.identity.explain import Explanation, explain
from pipeline.identity.link import LinkSummary, export_links, link
from pipeline.identity.opt_outs import Cohort, OptOutOutcome, apply_opt_outs, write_cohort
from pipeline.identity.pseudonymise import PseudonymiseSummary, pseudonymise

__all__ = [
    "Cohort",
    "Explanation",
    "LinkSummary",
    "OptOutOutcome",
    "PseudonymiseSummary",
    "apply_opt_outs",
    "explain",
    "export_links",
    "link",
    "pseudonymise",
    "write_cohort",
]

"""The case that a request belongs to: its number in the system where the reason for it is kept.

Whether a typed reason is a reason cannot be judged by a machine: any words pass for some. So each request
also names a case, by purpose, that a reviewer can look up: who asked for nothing has no case to name, and who
invents one is found by the sample (:mod:`pipeline.reidentify.sample`). It is not looked up here.
"""

from __future__ import annotations

import re

from pipeline.audit_log import require_safe
from pipeline.errors import UsageError
from pipeline.reidentify.refusal import RequestRefusedError

CASES = {
    "direct_care": "the task, recall list or appointment in the record system",
    "case_finding": "the search or programme that the practice approved",
    "safeguarding": "the safeguarding referral",
    "subject_access": "the subject's request, as the register of such requests has it",
}
"""Purpose -> what its case is the number of."""
FORM = "letters, then digits, with - or / between, such as RECALL-2026/118"
_CASE = re.compile(r"(?=.{3,32}$)[A-Za-z][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*")


def require_case(case: str, purpose: str) -> str:
    """``case``, in form; raises :class:`RequestRefusedError` without one, or where it may name a patient."""
    text = case.strip()
    try:
        text = require_safe(text, "--case")
    except UsageError:
        text = ""
    if not _CASE.fullmatch(text) or not re.search(r"\d", text):
        raise RequestRefusedError(
            "no_case", f"--case is to name {CASES.get(purpose, 'the case')}; valid: {FORM}"
        )
    return text

"""Lawful re-identification: who may ask, for whom, what for, how much; and the review of emergencies.

This room holds the rules and never sees a clear identifier: the numbers stay in
:mod:`pipeline.identity.reidentify`, which writes them where the rules allow it.
"""

from pipeline.reidentify.ask import Answer, Hand, reidentify
from pipeline.reidentify.refusal import RequestRefusedError
from pipeline.reidentify.request import Request
from pipeline.reidentify.requesters import load_listed
from pipeline.reidentify.review import BreakGlass, Sampled, close_review, list_reviews, list_sample
from pipeline.reidentify.subject import report_to_subject

__all__ = [
    "Answer",
    "BreakGlass",
    "Hand",
    "Request",
    "RequestRefusedError",
    "Sampled",
    "close_review",
    "list_reviews",
    "list_sample",
    "load_listed",
    "reidentify",
    "report_to_subject",
]

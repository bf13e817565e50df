"""From a pseudonym back to a person: the only place that can, and it gives nothing by itself.

Who may ask, how much and why is decided in :mod:`pipeline.reidentify`, which never sees a number.
"""

from pipeline.identity.reidentify.found import Found, write_private
from pipeline.identity.reidentify.given_numbers import looks_like_number, read_number
from pipeline.identity.reidentify.resolve import KeyIds, key_ids, resolve
from pipeline.identity.reidentify.subject import SubjectReport, subject_report

__all__ = [
    "Found",
    "KeyIds",
    "SubjectReport",
    "key_ids",
    "looks_like_number",
    "read_number",
    "resolve",
    "subject_report",
    "write_private",
]

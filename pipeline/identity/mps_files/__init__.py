"""Files for a site that has the national Master Person Service: the request, and its response.

Fields: NHS England, Person_ID Handbook, appendix, tables 9 and 10. The request names nobody by an id of
ours: UNIQUE_REFERENCE is drawn at random, and the vault keeps which record, as it was, it stands for.
"""

from pipeline.identity.mps_files.answers import ask_national, join_by_answers, keep_answers, trace_by_answers
from pipeline.identity.mps_files.request import REQUEST_FIELDS, write_request
from pipeline.identity.mps_files.response import RESPONSE_FIELDS, read_response, use_answers

__all__ = [
    "REQUEST_FIELDS",
    "RESPONSE_FIELDS",
    "ask_national",
    "join_by_answers",
    "keep_answers",
    "read_response",
    "trace_by_answers",
    "use_answers",
    "write_request",
]

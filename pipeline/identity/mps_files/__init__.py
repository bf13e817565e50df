"""Files for a site that has the national Master Person Service: the request, and its response.

Fields: NHS England, Person_ID Handbook, appendix, tables 9 and 10. The request names nobody by an id of
ours: UNIQUE_REFERENCE is a number counted up, and the vault keeps which record it stands for.
"""

from pipeline.identity.mps_files.request import REQUEST_FIELDS, write_request
from pipeline.identity.mps_files.response import RESPONSE_FIELDS, read_response, use_answers

__all__ = ["REQUEST_FIELDS", "RESPONSE_FIELDS", "read_response", "use_answers", "write_request"]

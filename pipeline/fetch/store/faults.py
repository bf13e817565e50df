"""What can go wrong with a store, by what is to be done next.

The text names a kind of error. It never repeats what a library wrote: that may hold paths, which name
people, or secrets.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

# In names of errors: there is no kind that all libraries share.
_OF_RIGHTS = re.compile(r"auth|credential|permission|forbidden|denied|hostkey|logon|malformed", re.IGNORECASE)
_NOT_LET_IN = frozenset({401, 403})  # of HTTP; Azure's errors say it as `status_code`, Google's as `code`
# Of SMB, which its library raises without Python's number for most ([MS-ERREF] 2.3).
_SHARE_DENIED = frozenset({0xC0000022, 0xC00000CA})  # STATUS_ACCESS_DENIED, STATUS_NETWORK_ACCESS_DENIED
_SHARE_LACKS = frozenset({0xC000000F, 0xC0000034, 0xC000003A, 0xC00000CC})  # no such file, name, path, share


class StoreFault(ValueError):
    """Base of all that keeps a file from being taken."""


class NotNowError(StoreFault):
    """No answer, or a failure that may pass: to be tried again."""


class NotLetInError(StoreFault):
    """The store does not let us in: to be set up."""


class NotThereError(StoreFault):
    """There is nothing at the path (any more)."""


class DamagedError(StoreFault):
    """A file did not come as the store, or its manifest, says: to be asked for again, and then left."""


@contextmanager
def classified() -> Iterator[None]:
    """Turn whatever a file system raises into one of these: each protocol's library has errors of its own."""
    try:
        yield
    except StoreFault:
        raise
    except PermissionError:
        raise NotLetInError("it is not allowed to be read") from None
    except Exception as error:
        kind = type(error).__name__
        if _is_not_there(error):
            raise NotThereError("nothing is there") from None
        if _is_not_let_in(error, kind):
            raise NotLetInError(kind) from None
        raise NotNowError(kind) from None


def _is_not_there(error: Exception) -> bool:
    status = getattr(error, "ntstatus", None)
    if status is not None:
        return status in _SHARE_LACKS
    is_missing = isinstance(error, FileNotFoundError) or getattr(error, "errno", None) == errno.ENOENT
    return is_missing or 404 in _http_statuses(error)


def _is_not_let_in(error: Exception, kind: str) -> bool:
    """By name, by SMB's or HTTP's status, or, as gcsfs tells a 403 by its text alone, by how that begins.

    A file that its sender holds open is none of these: SMB gives it Python's number for missing rights.
    """
    if getattr(error, "ntstatus", None) in _SHARE_DENIED or _OF_RIGHTS.search(kind):
        return True
    is_told_by_text = kind == "OSError" and str(error).startswith("Forbidden: ")
    return is_told_by_text or bool(_http_statuses(error) & _NOT_LET_IN)


def _http_statuses(error: Exception) -> set[int]:
    told = (getattr(error, name, None) for name in ("status_code", "code", "status"))
    return {status for status in told if isinstance(status, int)}

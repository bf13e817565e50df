"""What can go wrong with a store, by what is to be done next.

The text names a kind of error. It never repeats what a library wrote: that may hold paths, which name
people, or secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

# In names of errors: there is no kind that all libraries share.
_OF_RIGHTS = re.compile(r"auth|credential|permission|forbidden|denied|hostkey", re.IGNORECASE)


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
    except FileNotFoundError:
        raise NotThereError("nothing is there") from None
    except PermissionError:
        raise NotLetInError("it is not allowed to be read") from None
    except Exception as error:
        kind = type(error).__name__
        if _OF_RIGHTS.search(kind):
            raise NotLetInError(kind) from None
        raise NotNowError(kind) from None

"""What can go wrong with a message, by what is to be done next.

The text names a status or a kind. It never repeats what came with it: that may hold names of files or
secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_GONE = frozenset({404, 410})


class MeshFault(ValueError):
    """Base of all that keeps a message from being taken."""


class NotNowError(MeshFault):
    """No answer, or one that says "later": to be tried again. ``headers`` may say how much later."""

    def __init__(self, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.headers = headers or {}


class NotLetInError(MeshFault):
    """Mailbox, password, shared key or certificate are wrong: to be set up."""


class MessageGoneError(MeshFault):
    """The message is no longer in the mailbox: expired, or acknowledged by somebody else."""


class DamagedError(MeshFault):
    """The message did not come as its sender says: to be asked for again, and then left."""


@contextmanager
def classified() -> Iterator[None]:
    """Turn what the client's library raises into one of these."""
    from requests import RequestException
    from requests.exceptions import SSLError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except SSLError:
        raise NotLetInError("the certificate of one end is not taken by the other") from None
    except RequestException as error:
        response: Any = error.response
        if response is None:
            raise NotNowError(f"no answer ({type(error).__name__})") from None
        status = int(response.status_code)
        headers = {name.lower(): value for name, value in response.headers.items()}
        response.close()
        if status in _GONE:
            raise MessageGoneError(f"answered {status}") from None
        if status in _AGAIN:
            raise NotNowError(f"answered {status}", headers) from None
        raise NotLetInError(f"answered {status}") from None
    except HTTPError as error:
        raise NotNowError(f"the connection broke ({type(error).__name__})") from None

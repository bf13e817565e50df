"""Where the client goes, and where it takes its token: the server's own origin, and hosts that were named.

A manifest or a redirect says where to go next. Followed blindly it could lead the access token to a stranger
(HL7 SMART Backend Services, "Access FHIR API", warns of it) or make this machine read its own network.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from connectors.fhir.bulk.faults import NotSetUpError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a server's addresses may be.

    ``file_hosts`` (``host`` or ``host:port``) are others that files may be taken from, without the token.
    ``allow_plain``: http to this machine is allowed, for development.
    """

    base_url: str
    file_hosts: frozenset[str] = frozenset()
    allow_plain: bool = False

    def __post_init__(self) -> None:
        self.safe(self.base_url, "its address")

    @property
    def host(self) -> str:
        """The server's host, as messages name it."""
        return httpx.URL(self.base_url).host

    def safe(self, address: str, what: str) -> httpx.URL:
        """The address as a URL that may be spoken to at all; raises :class:`NotSetUpError`."""
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, TypeError):
            raise NotSetUpError(f"{what} is not a URL; valid: https://…") from None
        if url.userinfo or not url.host:
            raise NotSetUpError(f"{what} names no host, or a password; valid: https://host/…")
        if url.scheme != "https" and not (
            self.allow_plain and url.scheme == "http" and url.host in _LOOPBACK
        ):
            raise NotSetUpError(f"{what} at {url.host} is not encrypted; valid: https://")
        return url

    def is_own(self, url: httpx.URL) -> bool:
        """Whether the address is of the server's own origin: scheme, host and port."""
        return _origin(url) == _origin(httpx.URL(self.base_url))

    def own(self, address: str, what: str) -> httpx.URL:
        """The address, made whole, where it is of the server's own origin."""
        url = self.safe(self._whole(address, what), what)
        if not self.is_own(url):
            raise NotSetUpError(
                f"{self.host}: {what} lies on another host ({url.host}); the token is not taken there"
            )
        return url

    def file(self, address: str, *, with_token: bool) -> httpx.URL:
        """The address of a file, made whole: the server's own, or without the token a host that was named."""
        if with_token:
            return self.own(address, "a file that needs the token")
        url = self.safe(self._whole(address, "a file"), "a file")
        named = url.host if url.port is None else f"{url.host}:{url.port}"
        if not self.is_own(url) and named not in self.file_hosts:
            raise NotSetUpError(
                f"{self.host}: a file lies on {url.host}; valid: its own host, or one that file_hosts names"
            )
        return url

    def _whole(self, address: str, what: str) -> str:
        try:
            return str(httpx.URL(f"{self.base_url.rstrip('/')}/").join(address))
        except (httpx.InvalidURL, TypeError):
            raise NotSetUpError(f"{self.host}: {what} is not a URL") from None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)

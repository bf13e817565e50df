"""A mailbox as a place: one listing for all of its feeds, however many senders write to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from connectors.fhir.bulk import UnreachableError
from pipeline.errors import NoAnswerError, SetupError, WsicError
from pipeline.fetch.again import tried
from pipeline.fetch.feed_file import Feed
from pipeline.fetch.mesh.reader import Reader
from pipeline.fetch.place import Fetched, ReadKey, Sent, Tools, held
from pipeline.mesh import NotLetInError, NotNowError, classified, load_account, open_client
from pipeline.settings import Settings
from pipeline.zones import Zones


@dataclass(frozen=True, slots=True)
class Inbox:
    """One mailbox of ours, and every feed that is taken out of it."""

    mailbox: str
    entries: tuple[Feed, ...]

    @property
    def name(self) -> str:
        """Names the mailbox."""
        return f"mesh-{self.mailbox.lower()}"

    @property
    def transport(self) -> str:
        """MESH."""
        return "mesh"

    @property
    def feeds(self) -> tuple[Sent, ...]:
        """Of each sender and workflow that the file names."""
        return tuple(entry.sent for entry in self.entries)

    def fetch(self, tools: Tools, wanted: Collection[str]) -> list[Fetched]:
        """Take what the feeds named ``wanted`` were sent; what no feed takes is left, and told.

        Raises :class:`SetupError` where the mailbox does not let us in, :class:`NoAnswerError` where the
        exchange does not answer (the next fetch goes on), :class:`RunLockedError` while another process
        fetches from it.
        """
        zones = Zones(tools.settings.home).create()
        with held(zones, self.name), self._told(), self._open(tools) as client:
            return Reader(self, tools, client, frozenset(wanted)).read()

    def require_ready(self, settings: Settings, read_key: ReadKey) -> None:
        """The mailbox's secrets, and the certificate that we show."""
        load_account(settings, mailbox=self.mailbox)

    def check(self, tools: Tools) -> None:
        """Greet the exchange, and list nothing."""
        with self._told(), self._open(tools):
            pass

    @contextmanager
    def _open(self, tools: Tools) -> Iterator[Any]:
        account = load_account(tools.settings, mailbox=self.mailbox)
        with open_client(account, retries=0) as client:  # tries are ours

            def greet() -> None:
                with classified():
                    client.handshake()

            tried(tools.clock, "greeting the exchange", greet, again=NotNowError)
            yield client

    @contextmanager
    def _told(self) -> Iterator[None]:
        """An error of the exchange as the operator's: what to do next decides its kind."""
        try:
            yield
        except NotLetInError as error:
            raise SetupError(
                f"{self.name}: the mailbox does not let us in ({error}); check url, mailbox, secrets and "
                "certificate"
            ) from None
        except UnreachableError as error:
            raise NoAnswerError(f"{self.name}: {error}") from None
        except OSError as error:
            raise WsicError(
                f"{self.name}: a file could not be written ({type(error).__name__}); make room, and fetch "
                "again"
            ) from None

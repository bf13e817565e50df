"""A folder or object store as a place: one listing, and each file that is new, changed and whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from connectors.fhir.bulk import UnreachableError
from pipeline.errors import InputRefusedError, NoAnswerError, SetupError, WsicError
from pipeline.fetch.again import tried
from pipeline.fetch.feed_file import Feed
from pipeline.fetch.place import Fetched, ReadKey, Sent, Tools, held
from pipeline.fetch.store.faults import DamagedError, NotLetInError, NotNowError, NotThereError
from pipeline.fetch.store.listing import list_entries
from pipeline.fetch.store.reach import Reached, prepare, reach
from pipeline.fetch.store.taker import Taker
from pipeline.settings import Settings
from pipeline.zones import Zones


@dataclass(frozen=True, slots=True)
class StorePlace:
    """The store of one feed."""

    entry: Feed

    @property
    def name(self) -> str:
        """The feed's own."""
        return self.entry.name

    @property
    def transport(self) -> str:
        """Whatever fsspec reaches."""
        return "store"

    @property
    def feeds(self) -> tuple[Sent, ...]:
        """A store is one feed's."""
        return (self.entry.sent,)

    def fetch(self, tools: Tools, wanted: Collection[str]) -> list[Fetched]:
        """Take what is new or changed and whole.

        Raises :class:`SetupError` where the store does not let us in or nothing is there,
        :class:`NoAnswerError` where it does not answer (the next fetch goes on), :class:`RunLockedError`
        while another process fetches from it.
        """
        zones = Zones(tools.settings.home).create()
        with held(zones, self.name), self._told():
            with closing(self._reached(tools)) as reached:
                return [Taker(self.entry, reached, tools).take()]

    def require_ready(self, settings: Settings, read_key: ReadKey) -> None:
        """Its url, options and credentials."""
        prepare(settings, self.entry, read_key)

    def check(self, tools: Tools) -> None:
        """List the store, and open no file."""
        with self._told(), closing(self._reached(tools)) as reached:
            tried(tools.clock, "listing", lambda: list_entries(reached), again=NotNowError)

    def _reached(self, tools: Tools) -> Reached:
        def opened() -> Reached:
            return reach(tools.settings, self.entry, tools.read_key)

        return tried(tools.clock, "opening the store", opened, again=NotNowError)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """An error of the store as the operator's: what to do next decides its kind."""
        where = f"{self.name} ({self.entry.sent})"
        try:
            yield
        except NotThereError:
            raise SetupError(f"{where}: there is nothing at its url; valid: a folder that is there") from None
        except NotLetInError as error:
            raise SetupError(f"{where}: the store does not let us in: {error}") from None
        except (UnreachableError, NotNowError) as error:
            raise NoAnswerError(f"{where}: {error}") from None
        except DamagedError as error:
            raise InputRefusedError(f"{where}: {error}") from None
        except OSError as error:
            raise WsicError(
                f"{where}: a file could not be written ({type(error).__name__}); make room, and fetch again"
            ) from None

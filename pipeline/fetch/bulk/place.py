"""A FHIR server as a place that a feed is fetched from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.fetch.bulk.fetch import check, fetch
from pipeline.fetch.bulk.servers import Server
from pipeline.fetch.bulk.session import public_keys
from pipeline.fetch.place import COMPLETE, Fetched, ReadKey, Sent, Tools
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class BulkPlace:
    """One server of the operator's file."""

    server: Server

    @property
    def name(self) -> str:
        """The server's own."""
        return self.server.name

    @property
    def transport(self) -> str:
        """FHIR Bulk Data."""
        return "bulk"

    @property
    def feeds(self) -> tuple[Sent, ...]:
        """A server is one feed's."""
        return (Sent(self.server.name, self.server.source, self.server.sender),)

    def fetch(self, tools: Tools, wanted: Collection[str]) -> list[Fetched]:
        """Bring one export to its end; raises as :func:`pipeline.fetch.bulk.fetch` does."""
        found = fetch(
            tools.settings, tools.ledger, self.server, read_key=tools.read_key, clock=tools.clock,
            progress=tools.progress,
        )  # fmt: skip
        lacks = (
            f"export {found.job_id} lacks something; what came is landed, and all of it is asked for again; "
            f"`wsic fetch show {found.job_id}` says what"
        )
        return [
            Fetched(
                name=self.name, feed=self.server.feed, transport=self.transport, files=found.files,
                size=found.size, lacks="" if found.state == COMPLETE else lacks, job_id=found.job_id,
            )
        ]  # fmt: skip

    def require_ready(self, settings: Settings, read_key: ReadKey) -> None:
        """The key that it knows us by, where it wants one."""
        public_keys(self.server, read_key=read_key)

    def check(self, tools: Tools) -> None:
        """Ask for an access token, and for no data."""
        check(tools.settings, self.server, read_key=tools.read_key, clock=tools.clock)

"""Which FHIR servers are fetched from: the file that the operator writes (setting ``fhir_servers``).

.. code-block:: toml

    [[server]]
    name = "north-trust"             # names its jobs, and what `wsic fetch` is called with
    source = "acute"                 # one of the source words
    sender = "RYJ"                   # ODS code of who sends
    url = "https://fhir.trust.example/r4"
    level = "group"                  # system, group or patient
    group = "wsic"                   # id of the Group, at level group
    client_id = "wsic-load"          # as the server registered us
    key = "north-trust.pem"          # private key, a file of mode 0600 in keys/

docs/fhir-bulk.md lists what else may be said.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from connectors.declare import SOURCE_WORDS
from connectors.fhir.bulk import LEVELS
from connectors.fhir.shapes import SHAPES
from pipeline.errors import SetupError, UsageError, one_of
from pipeline.fetch.entries import KEY_FILE, NAME, SENDER, load_entries, require_forms
from pipeline.settings import Settings

_FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
SMART, OPEN = AUTHORISATIONS = ("smart", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One FHIR server and what is wanted from it; field names are those of the file."""

    name: str
    source: str
    sender: str
    url: str
    level: str
    group: str = ""
    types: tuple[str, ...] = tuple(SHAPES)  # what is landed; nothing else is asked for
    type_filters: tuple[str, ...] = ()
    authorisation: str = SMART
    client_id: str = ""
    key: str = ""
    key_id: str = ""  # what the server knows the key by; its thumbprint if empty
    other_keys: tuple[str, ...] = ()  # also published, before or after the key is changed
    scope: str = "system/*.rs"
    token_url: str = ""  # asked for in the server's metadata if empty
    file_hosts: tuple[str, ...] = ()  # other hosts that files may come from, without the token
    ca: str = ""  # file of the certificates that the server is checked against
    proxy: str = ""
    overlap_minutes: int = 60  # asked for again, before the last export's time
    parallel: int = 4  # files at the same time
    give_up_after_minutes: int = 360  # of one step; the next fetch goes on with the same export
    full_every_days: int = 0  # everything is asked for again after so many days; 0: never

    @property
    def feed(self) -> str:
        """Source and sender, as messages name them."""
        return f"{self.source}/{self.sender}"

    @property
    def scope_of_export(self) -> str:
        """What decides which records an export holds; a time reached for another counts for none of this."""
        return json.dumps([self.url, self.level, self.group, sorted(self.types), sorted(self.type_filters)])


def load_servers(settings: Settings) -> tuple[Server, ...]:
    """Every server of the file, none where there is no file.

    Raises :class:`SetupError` naming the server and the field, and what would be valid.
    """
    path = settings.fhir_servers
    servers = []
    for where, server in load_entries(path, "server", Server):
        _require_words(where, server)
        _require_sound(where, server)
        servers.append(server)
    for what in ("name", "feed"):
        if len({getattr(server, what) for server in servers}) < len(servers):
            raise SetupError(f"{path.name}: two servers have the same {what}; valid: one each")
    return tuple(servers)


def server_named(settings: Settings, name: str) -> Server:
    """The server of that name; raises :class:`UsageError`."""
    servers = {server.name: server for server in load_servers(settings)}
    if name not in servers:
        raise UsageError(one_of("server", name, servers or ("none is set up: docs/fhir-bulk.md",)))
    return servers[name]


def _require_words(where: str, server: Server) -> None:
    listed: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("source", (server.source,), SOURCE_WORDS),
        ("level", (server.level,), LEVELS),
        ("authorisation", (server.authorisation,), AUTHORISATIONS),
        ("types", server.types, tuple(SHAPES)),
    )
    for name, given, valid in listed:
        for word in given:
            if word not in valid:
                raise SetupError(f"{where}: " + one_of(name, word, valid))


def _require_sound(where: str, server: Server) -> None:
    forms = {
        "name: lower-case letters, digits and -": NAME.fullmatch(server.name),
        "sender: an ODS code": SENDER.fullmatch(server.sender),
        "group: the id of a Group, at level group only": (
            _FHIR_ID.fullmatch(server.group) if server.level == "group" else not server.group
        ),
        "types: one or more": server.types,
        "parallel: 1 to 16": 1 <= server.parallel <= 16,
        "key, other_keys: names of files in keys/": all(map(KEY_FILE.fullmatch, _keys_of(server))),
        "client_id and key: both, or authorisation = \"none\"": (
            bool(server.client_id and server.key) == (server.authorisation == SMART)
        ),
    }  # fmt: skip
    require_forms(where, forms)


def _keys_of(server: Server) -> tuple[str, ...]:
    return tuple(filter(None, (server.key, *server.other_keys)))

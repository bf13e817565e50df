"""Which mailboxes and stores are fetched from: the file that the operator writes (setting ``feeds``).

.. code-block:: toml

    [[feed]]
    name = "council-returns"           # names it in messages, and what `wsic fetch run` is called with
    source = "social_care"             # one of the source words
    sender = "E09000033"               # code of who sends
    transport = "mesh"
    workflows = ["WSIC_ASC_CLD"]       # the workflow ids that are taken
    from_mailboxes = ["X26OT101"]      # the sender's mailboxes

    [[feed]]
    name = "trust-drop"
    source = "acute"
    sender = "RYJ"
    transport = "store"
    url = "s3://extracts/ryj"          # any folder or object store that fsspec reaches
    files = ["*.csv", "*.csv.gz"]      # globs below it

docs/transports.md lists what else may be said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.declare import SOURCE_WORDS
from pipeline.errors import SetupError, one_of
from pipeline.fetch.entries import KEY_FILE, NAME, SENDER, load_entries, require_forms
from pipeline.fetch.place import Sent
from pipeline.mesh import OTHER_WORKFLOWS
from pipeline.settings import Settings

MESH, STORE = TRANSPORTS = ("mesh", "store")
SENT, IN_NAME, IN_FOLDER = DATES = ("sent", "name", "folder")
STABLE, MARKER, MANIFEST = COMPLETE_WHEN = ("stable", "marker", "manifest")
_MAILBOX = re.compile(r"[A-Z0-9]{3,24}")
_WORKFLOW = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,49}")
_MARKER = re.compile(r"[A-Za-z0-9._-]{1,60}")
_BELOW = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed of a mailbox or a store; field names are those of the file."""

    name: str
    source: str
    sender: str
    transport: str
    extract_date: str = SENT  # when it was sent; or the date in its name, or in its folder's
    # of a mailbox
    mailbox: str = ""  # ours; that of the settings if empty
    workflows: tuple[str, ...] = ()
    from_mailboxes: tuple[str, ...] = ()
    # of a store
    url: str = ""
    files: tuple[str, ...] = ()  # globs below the url
    complete_when: str = STABLE
    stable_minutes: int = 10  # how long a file has to lie unchanged
    marker: str = ".done"  # what stands beside a whole file; without a dot in front: beside all of a folder
    options: Mapping[str, Any] = field(default_factory=dict)  # of fsspec's file system; never a secret
    credentials: str = ""  # file of keys/ with the options that are secrets (TOML)
    move_to: str = ""  # folder below the url that taken files are moved to; empty: nothing is ever written

    @property
    def sent(self) -> Sent:
        """Whose it is."""
        return Sent(self.name, self.source, self.sender)


def load_feeds(settings: Settings) -> tuple[Feed, ...]:
    """Every feed of the file, none where there is no file; ``mailbox`` is filled in.

    Raises :class:`SetupError` naming the feed and the field, and what would be valid.
    """
    path, feeds = settings.feeds, []
    for where, feed in load_entries(path, "feed", Feed):
        _require_words(where, feed)
        require_forms(where, _forms(feed))
        feeds.append(feed)
    if len({feed.name for feed in feeds}) < len(feeds):
        raise SetupError(f"{path.name}: two feeds have the same name; valid: one each")
    taken = Counter(take for feed in feeds for take in takes(settings, feed))
    if any(times > 1 for times in taken.values()):
        raise SetupError(
            f"{path.name}: two feeds take one workflow of one sender's mailbox; valid: one feed for each"
        )
    return tuple(feeds)


def takes(settings: Settings, feed: Feed) -> Iterator[tuple[str, str, str]]:
    """``(our mailbox, workflow id, sender's mailbox)`` of every message that is the feed's."""
    for workflow in feed.workflows:
        for sender in feed.from_mailboxes:
            yield feed.mailbox or settings.mesh_mailbox, workflow, sender


def _require_words(where: str, feed: Feed) -> None:
    listed = (
        ("source", feed.source, SOURCE_WORDS),
        ("transport", feed.transport, TRANSPORTS),
        ("extract_date", feed.extract_date, DATES),
        ("complete_when", feed.complete_when, COMPLETE_WHEN),
    )
    for name, word, valid in listed:
        if word not in valid:
            raise SetupError(f"{where}: " + one_of(name, word, valid))


def _forms(feed: Feed) -> dict[str, object]:
    is_mesh = feed.transport == MESH
    both = {
        "name: lower-case letters, digits and -": NAME.fullmatch(feed.name),
        "sender: an ODS code": SENDER.fullmatch(feed.sender),
        "workflows, from_mailboxes: one or more at transport mesh, none at store": (
            bool(feed.workflows) and bool(feed.from_mailboxes)
            if is_mesh
            else not (feed.workflows or feed.from_mailboxes or feed.mailbox)
        ),
        "url, files: at transport store, and there only": (
            not (feed.url or feed.files) if is_mesh else bool(feed.url) and bool(feed.files)
        ),
    }
    return both | (_mesh_forms(feed) if is_mesh else _store_forms(feed))


def _mesh_forms(feed: Feed) -> dict[str, object]:
    ours = (feed.mailbox,) if feed.mailbox else ()
    return {
        "mailbox, from_mailboxes: capital letters and digits": (
            all(map(_MAILBOX.fullmatch, (*feed.from_mailboxes, *ours)))
        ),
        "workflows: letters, digits and _": all(map(_WORKFLOW.fullmatch, feed.workflows)),
        f"workflows: others than {', '.join(sorted(OTHER_WORKFLOWS))}": (
            not OTHER_WORKFLOWS.intersection(feed.workflows)
        ),
        "extract_date: sent or name at transport mesh": feed.extract_date != IN_FOLDER,
        "options, credentials, move_to: at transport store only": (
            not (feed.options or feed.credentials or feed.move_to)
        ),
    }


def _store_forms(feed: Feed) -> dict[str, object]:
    return {
        "files: globs below the url, without .. or a / in front": (
            not any(one.startswith("/") or ".." in one.split("/") or not one for one in feed.files)
        ),
        "marker: a suffix such as .done, or a file's name": _MARKER.fullmatch(feed.marker),
        "credentials: the name of a file in keys/": (
            not feed.credentials or KEY_FILE.fullmatch(feed.credentials)
        ),
        "move_to: a folder below the url": not feed.move_to or _BELOW.fullmatch(feed.move_to),
    }

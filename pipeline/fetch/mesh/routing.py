"""Which feed a message is of: by our mailbox, its workflow and the mailbox that sent it, and by nothing
else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from pipeline.fetch.feed_file import Feed, takes
from pipeline.ledger import Ledger
from pipeline.mesh import OTHER_WORKFLOWS, REPORT, Head
from pipeline.settings import Settings

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,49}")
_CODE = re.compile(r"[A-Z0-9-]{1,12}", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONG_NUMBER = re.compile(r"\d{7}")


class Left(Enum):
    """Why a message is no feed's."""

    REPORT = "a report about a message of ours"
    OTHER_USE = "something else takes its workflow"
    NOT_WANTED = "of a feed that is not fetched now"
    NOBODYS = "no feed takes it"


class Routes:
    """Those of one mailbox."""

    def __init__(
        self, settings: Settings, mailbox: str, entries: Iterable[Feed], wanted: frozenset[str]
    ) -> None:
        self.mailbox = mailbox
        self._wanted = wanted
        self._taken = {
            (workflow, sender): entry for entry in entries for _, workflow, sender in takes(settings, entry)
        }

    def of(self, head: Head) -> Feed | Left:
        """The feed of a message, or why it has none now."""
        if head.workflow_id in OTHER_WORKFLOWS:
            return Left.OTHER_USE
        if head.message_type == REPORT:
            return Left.REPORT
        found = self._taken.get((head.workflow_id, head.sender.upper()))
        if found is None or head.message_type != "DATA" or head.chunks < 1:
            return Left.NOBODYS
        return found if found.name in self._wanted else Left.NOT_WANTED

    def why_nobodys(self, head: Head) -> str:
        """For the operator, who adds an entry or asks the sender; without what might be about a person."""
        return (
            f"no feed takes workflow {_shown(_WORD, head.workflow_id)} from mailbox "
            f"{_shown(_WORD, head.sender)}; valid: an entry in the file of feeds; unread messages expire"
        )


def note_report(ledger: Ledger, mailbox: str, head: Head, at: datetime) -> str:
    """Keep what MESH could not deliver for us; returns its words. The report's text is not kept."""
    code = _shown(_CODE, head.status_code)
    workflow = _shown(_WORD, head.workflow_id)
    ledger.put(
        "mesh_report",
        [{"message_id": head.message_id, "mailbox": mailbox, "workflow_id": workflow,
          "linked_message_id": head.linked_message_id if _ID.fullmatch(head.linked_message_id) else "",
          "status_code": code,
          "reported_at": at.isoformat()}],
    )  # fmt: skip
    return f"code {code}, workflow {workflow}"


def _shown(form: re.Pattern[str], text: str) -> str:
    return text if form.fullmatch(text) and not _LONG_NUMBER.search(text) else "(not in form)"

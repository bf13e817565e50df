"""The national opt-out check over MESH: the request goes out, the replies come in, and the ledger says so.

Workflow and recipient as published for the check service; NHS England confirms them when a mailbox is set up.
"""

from __future__ import annotations

import re
from datetime import date

from pipeline.clock import now
from pipeline.identity import Request, replies_folder
from pipeline.ledger import Ledger
from pipeline.mesh import OPT_OUTS, Collected, load_account, open_mailbox
from pipeline.settings import Settings

WORKFLOW = OPT_OUTS
_DATA = re.compile(r"[A-Za-z0-9._-]{1,90}\.dat")


def send_request(settings: Settings, ledger: Ledger, request: Request) -> tuple[str, ...]:
    """Send every file of a request; returns the message ids, which the ledger keeps with the files."""
    sent = []
    with open_mailbox(load_account(settings), ledger) as mailbox:
        for file in request.files:
            message_id = mailbox.send(file.path, to=settings.mesh_opt_out_mailbox, workflow_id=WORKFLOW)
            with ledger.transaction() as connection:
                connection.execute(
                    "update opt_out_request set sent_at = ?, message_id = ? "
                    "where request_id = ? and file_name = ?",
                    (now(), message_id, request.request_id, file.path.name),
                )
            sent.append(message_id)
    return tuple(sent)


def collect_replies(settings: Settings, ledger: Ledger, *, on: date) -> list[Collected]:
    """Take the replies out of the mailbox, to where ``apply`` finds them under the day ``on``."""
    asked = {row["file_name"] for row in ledger.query("select file_name from opt_out_request")}

    def named(sent: str, local_id: str) -> str:
        """The name of the request file that a reply says it answers; else its own, as a .dat file."""
        known = next((word for word in (local_id, sent) if word in asked), sent)
        return known if _DATA.fullmatch(known) else ""

    folder = replies_folder(settings) / on.isoformat()
    with open_mailbox(load_account(settings), ledger) as mailbox:
        return mailbox.collect(workflow_id=WORKFLOW, folder=folder, name=named)

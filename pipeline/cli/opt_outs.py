"""``wsic opt-outs``: the national opt-out round trip, decisions about people, and the evidence of both."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import clock
from pipeline.cli import complete, console
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipeline import identity

app = console.group(
    "opt-outs", "Objections: asking, applying, deciding, and the evidence.", "wsic opt-outs report"
)

SubjectsFile = Annotated[
    str,
    typer.Option(
        "--subjects",
        help="File of NHS numbers or source,sender,record id, one a line; - reads standard input.",
    ),
]
By = Annotated[str, typer.Option("--by", help="Who decided.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words without identifiers.")]


@app.command("request", epilog=console.example_of("wsic opt-outs request --out cohort.dat"))
def request(
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="File to write, identifiable; in the identity zone if left out."),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it over MESH.")] = False,
    as_of: Annotated[
        str | None, typer.Option(help="The day of asking, YYYY-MM-DD; today if left out.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Write the NHS numbers to be checked in the form that the national service takes; send them if asked."""
    from pipeline.run import objections, open_ledger, opt_out_exchange

    settings = load_settings()
    asked = objections.ask(settings, asked_on=_day(as_of), out=out)
    messages = opt_out_exchange.send_request(settings, open_ledger(settings), asked) if send else ()
    if as_json:
        console.show_json(
            {"request_id": asked.request_id, "numbers": asked.numbers, "files": asked.files, "sent": messages}
        )
        return
    for file in asked.files:
        typer.echo(
            f"{file.numbers:,} numbers written to {file.path}, readable by you only; sha256 {file.sha256}"
        )
    if messages:
        typer.echo(f"request {asked.request_id} sent in {len(messages)} messages")


@app.command("collect", epilog=console.example_of("wsic opt-outs collect"))
def collect(
    as_of: Annotated[
        str | None, typer.Option(help="The day that replies count for, YYYY-MM-DD; today if left out.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Take replies out of the MESH mailbox to where the next run finds them.

    Each is stored before it is acknowledged.
    """
    from pipeline.run import open_ledger, opt_out_exchange

    settings = load_settings()
    found = opt_out_exchange.collect_replies(settings, open_ledger(settings), on=_day(as_of))
    rows = [{"message_id": item.message_id, "file": item.path.name if item.path else None,
             "is_undelivered": item.is_report} for item in found]  # fmt: skip
    console.show_rows(rows, as_json=as_json, nothing="the mailbox holds no reply")
    if any(item.is_report for item in found):
        console.fail("a request could not be delivered: check WSIC_MESH_OPT_OUT_MAILBOX and ask again")


@app.command(
    "apply", epilog=console.example_of("wsic opt-outs apply --extracts data/synthetic --as-of 2026-03-31")
)
def apply(
    extracts: Annotated[Path, typer.Option(help="Folder whose opt_outs/<date>/*.dat hold the replies.")],
    as_of: Annotated[str, typer.Option(help="The day to decide for, YYYY-MM-DD.")],
    as_json: console.Json = False,
) -> None:
    """Take the newest reply into use; the next run leaves out those who objected."""
    from pipeline.run import close_run, open_run, steps

    night = console.parse_day(as_of)
    run = open_run(load_settings(), extracts=extracts, as_of=night, held_by="process")
    try:
        found = steps.apply_opt_outs(run)
    finally:
        close_run(run, when_nothing_published="applied")
    if as_json:
        console.show_json(found)
        return
    for reason in found.refused:
        console.fail(reason)
    _tell(found)
    if not found.is_valid:
        raise ChecksRefusedError("no reply is valid for that day: secondary_use would not be published")


def _tell(found: identity.OptOutOutcome) -> None:
    if found.reply_on is None:
        typer.echo(
            "the newest reply has lapsed, and nothing of it is kept"
            if found.had_lapsed
            else "no reply is in use"
        )
        return
    answers = f", to request {found.request_id}" if found.request_id else ""
    typer.echo(
        f"reply of {found.reply_on}{answers}: {found.numbers:,} numbers may be used, until {found.lapses_on}"
    )


@app.command("check", epilog=console.example_of("wsic opt-outs check"))
def check(
    as_of: Annotated[
        str | None, typer.Option(help="The day to check for, YYYY-MM-DD; today if left out.")
    ] = None,
    ask_now: Annotated[bool, typer.Option("--ask-now", help="Ask again, also where it is not due.")] = False,
    as_json: console.Json = False,
) -> None:
    """Ask over MESH where it is due, collect answers, take the newest into use, and say until when it holds.

    Ends with 4 where no reply holds, or where a product is served with one that has lapsed.
    """
    from pipeline.run import opt_out_check

    found = opt_out_check.check(load_settings(), on=_day(as_of), ask_now=ask_now)
    row = {
        "asked": found.asked_on, "reply": found.reply_on, "holds_until": found.lapses_on,
        "days_left": found.days_left, "served_lapsed": ", ".join(found.served_lapsed),
        "refused": "; ".join(found.refused),
    }  # fmt: skip
    console.show_json(found) if as_json else console.show_rows([row], as_json=False, nothing="")
    opt_out_check.require_reply(found)


@app.command(
    "withdraw",
    epilog=console.example_of("wsic opt-outs withdraw --subjects - --by 'A Name' --reason 'asked by letter'"),
)
def withdraw(
    subjects: SubjectsFile, by: By, reason: Reason,
    given_again: Annotated[bool, typer.Option("--given-again", help="Consent is given again.")] = False,
    as_json: console.Json = False,
) -> None:  # fmt: skip
    """Keep that people withdrew consent to the shared record: in no product from the next publish."""
    _decide("consent_given" if given_again else "consent_withdrawn", subjects, by, reason, as_json=as_json)


@app.command(
    "delete",
    epilog=console.example_of(
        "wsic opt-outs delete --subjects people.txt --by 'A Name' --reason 'erasure agreed'"
    ),
)
def delete(
    subjects: SubjectsFile, by: By, reason: Reason,
    confirm: Annotated[bool, typer.Option("--yes", help="It cannot be undone, and you mean it.")] = False,
    as_json: console.Json = False,
) -> None:  # fmt: skip
    """Keep that people are deleted: in no product from the next publish, for good; versions with them go."""
    if not confirm:
        raise UsageError("a deletion cannot be undone; say --yes to mean it")
    _decide("deleted", subjects, by, reason, as_json=as_json)


def _decide(act: str, subjects: str, by: str, reason: str, *, as_json: bool) -> None:
    from pipeline.run import objections

    settings = load_settings()
    decision = objections.decide(
        settings, act=act, subjects=_subjects(settings, subjects), author=by, reason=reason
    )
    if as_json:
        console.show_json(decision)
        return
    typer.echo(
        f"decision {decision.decision_id}: {act}, {decision.subjects} subjects, "
        f"{decision.people} people of the index; "
        "products follow at the next publish"
    )


def _subjects(settings: Settings, place: str) -> identity.Subjects:
    from pipeline import identity

    if place == "-":
        return identity.read_subjects(settings, sys.stdin)
    path = Path(place)
    if not path.is_file():
        raise UsageError(
            "--subjects names no file; valid: a file, or - for standard input; never the numbers themselves"
        )
    with path.open(encoding="utf-8") as file:
        return identity.read_subjects(settings, file)


@app.command("report", epilog=console.example_of("wsic opt-outs report --release 20260331-001 --json"))
def report(
    release: Annotated[
        str | None, typer.Option(help="Only the versions that this run made.", autocompletion=complete.runs)
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Show what each release says of objections: request, reply, people in and out by reason, the gates."""
    from pipeline.run import objections, open_ledger

    rows = objections.evidence(open_ledger(load_settings()), release=release)
    if as_json:
        console.show_json(rows)
        return
    flat = [
        {
            "run": row["run_id"], "product": row["product"], "asked": row["asked_on"],
            "reply": row["reply_on"],
            "in": row["people_in"], "out": row["people_out"], "reason": reason, "people": count["people"],
            "rows": count["rows"], "gates": _verdict(row["gates"]),
        }
        for row in rows
        for reason, count in row["withheld"].items()
    ]  # fmt: skip
    console.show_rows(flat, as_json=False, nothing="no run has made a product yet")
    if flat:
        typer.echo(_ADDING_UP)


_ADDING_UP = (
    "people of the reasons are not to be added up: one person may stand under several, and a reason that "
    "keeps single entries out leaves the rest of the person in; out counts everybody once who is in no row; "
    "rows add up"
)


def _verdict(gates: dict[str, dict[str, object]]) -> str:
    if not gates:
        return "not looked"
    return "passed" if all(gate["is_passed"] for gate in gates.values()) else "refused"


def _day(text: str | None) -> date:
    return console.parse_day(text) if text else clock.today()

"""``wsic reidentify``: from pseudonyms to NHS numbers, for who may ask; reviews; a subject's own report."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline import clock
from pipeline.cli import complete, console, reidentify_review, subject
from pipeline.errors import UsageError
from pipeline.settings import PRODUCTS, Settings, load_settings

if TYPE_CHECKING:
    from pipeline import reidentify
    from pipeline.identity.reidentify import Found

EXAMPLE = console.example_of(
    "wsic reidentify --person-key 9f3c... --requester 'A. Clerk' --organisation E84001 \\",
    "    --purpose direct_care --case RECALL-2026/118 --reason 'recall for a missed review' --out people.csv",
)
_BANNER = """\
==============================================================================
BREAK-GLASS: people are looked up without a known relationship. This is for an
emergency in direct care only. It is in the audit log, and will be reviewed.
=============================================================================="""


class NoNumbers(TyperGroup):
    """Refuses NHS numbers on the command line, where the process list and the shell's history keep them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As every group does, once no argument has the form of an NHS number."""
        from pipeline.identity.reidentify import looks_like_number

        if any(looks_like_number(part) for arg in args for part in (arg, arg.partition("=")[2])):
            raise UsageError("an argument looks like an NHS number; never put one on a command line")
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="reidentify", cls=NoNumbers, epilog=EXAMPLE, no_args_is_help=True, invoke_without_command=True,
    rich_markup_mode=None, help="NHS numbers for pseudonyms, where there is a lawful reason.",
)  # fmt: skip
app.add_typer(reidentify_review.app)
app.command("subject", epilog=subject.EXAMPLE)(subject.command)


@app.callback()
def ask(
    context: typer.Context,
    product: Annotated[
        str, typer.Option(help="Whose pseudonyms they are.", autocompletion=complete.products)
    ] = PRODUCTS[0],
    person_key: Annotated[list[str] | None, typer.Option(help="A pseudonym; may be repeated.")] = None,
    file: Annotated[Path | None, typer.Option(dir_okay=False, help="Pseudonyms, one a line.")] = None,
    requester: Annotated[str, typer.Option(help="Who asks, as the file of requesters has it.")] = "",
    organisation: Annotated[str, typer.Option(help="For which organisation: its ODS code.")] = "",
    purpose: Annotated[
        str,
        typer.Option(
            help="direct_care, case_finding or safeguarding.",
            autocompletion=complete.words("direct_care", "case_finding", "safeguarding"),
        ),
    ] = "",
    case: Annotated[str, typer.Option(help="The case it belongs to, such as RECALL-2026/118.")] = "",
    reason: Annotated[str, typer.Option(help="Why, in words; do not name a patient.")] = "",
    as_of: Annotated[str, typer.Option(help="The day of the relationship, YYYY-MM-DD; today if empty.")] = "",
    key_id: Annotated[str, typer.Option(help="Public id of the key that made the pseudonyms.")] = "",
    break_glass: Annotated[
        bool, typer.Option("--break-glass", help="An emergency: without a known relationship; is reviewed.")
    ] = False,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="CSV to write, mode 0600.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Show on this terminal instead.")] = False,
    as_json: console.Json = False,
) -> None:
    """Hand out NHS numbers of people with whom the organisation has a legitimate relationship on that day."""
    from pipeline import reidentify
    from pipeline.reidentify.request import folded_purpose, read_keys
    from pipeline.run import open_ledger

    if context.invoked_subcommand is not None:
        return
    settings = load_settings()
    if show and as_json:
        raise UsageError("--show is for people and --json for programs; valid: --json with --out FILE")
    hand = _hand(settings, out, show=show)
    request = reidentify.Request(
        product=product, person_keys=(*(person_key or ()), *(read_keys(file) if file else ())),
        requester=_given(requester, "--requester"), organisation=_given(organisation, "--organisation"),
        purpose=folded_purpose(_given(purpose, "--purpose")), reason=reason, case=case, as_of=_day(as_of),
        is_break_glass=break_glass, key_id=key_id,
    )  # fmt: skip
    if break_glass:
        typer.echo(_BANNER, err=True)
    answer = reidentify.reidentify(settings, open_ledger(settings), request, hand)
    _tell(answer, out, as_json=as_json)


def _hand(settings: Settings, out: Path | None, *, show: bool) -> reidentify.Hand:
    """How the numbers leave: to a private file, or to a terminal; a pipe may lead to a log."""
    from pipeline.reidentify.ask import require_private

    if (out is None) == (not show):
        raise UsageError("say where the numbers go; valid: --out FILE, or --show on a terminal")
    if out is not None:
        require_private(settings, out)
        return lambda found: found.write(out)
    if not sys.stdout.isatty():
        raise UsageError("--show is for a terminal; valid: --out FILE")
    return _show


def _show(found: Found) -> None:
    found.show(sys.stdout.write)


def _given(text: str, option: str) -> str:
    if not text.strip():
        raise UsageError(f"{option} is missing; a request says who asks, for whom, what for and why")
    return text.strip()


def _day(text: str) -> date:
    return console.parse_day(text) if text else clock.today()


def _tell(answer: reidentify.Answer, out: Path | None, *, as_json: bool) -> None:
    receipt = _keep_receipt(answer, out)
    if as_json:
        console.show_json({"answer": answer, "out": out})
        return
    where = f" to {out}, readable by you only" if out else ""
    typer.echo(f"request {answer.request_id}: {answer.given} given{where}; {answer.not_given} not given")
    typer.echo(f"receipt of the audit log, to be kept elsewhere: {receipt}")
    if answer.older_keys_retired:
        typer.echo("the product's key has been changed: pseudonyms from before lead to nobody any more")


def _keep_receipt(answer: reidentify.Answer, out: Path | None) -> str:
    """Beside the numbers, where they went to a file; else as one line of text."""
    from pipeline.audit_log import RECEIPT_SUFFIX, as_receipt
    from pipeline.identity.reidentify import write_private

    text = as_receipt(answer.receipt)
    if out is None:
        return " ".join(text.split())
    path = out.with_name(f"{out.name}{RECEIPT_SUFFIX}")
    write_private(path, text.encode("ascii"))
    return str(path)

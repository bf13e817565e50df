"""``wsic link review``: the pairs that the rules leave in doubt, and a person's decision about one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import complete, console
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from pipeline.identity.decisions import Contradiction, Pair, RecordName
    from pipeline.identity.residue import Comparison

app = console.group("review", "Pairs in doubt: list them, look at one, decide it.", "wsic link review list")
PairId = Annotated[str, typer.Argument(help="An id that wsic link review list shows.")]
Reason = Annotated[str, typer.Option(help="Why: kept with the decision. Do not quote a record.")]
Author = Annotated[str, typer.Option(help="Who decides: kept with the decision.")]


@app.command("list", epilog=console.example_of("wsic link review list --limit 20"))
def list_pairs(
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many.")] = 100,
    as_json: console.Json = False,
) -> None:
    """List decisions that cannot be obeyed, then the pairs that nobody has decided; no values."""
    from pipeline import identity

    pairs = identity.list_queue(load_settings(), limit=limit)
    if as_json:
        console.show_json(pairs)
    else:
        _show_pairs(pairs, "no pair is in doubt")


@app.command("show", epilog=console.example_of("wsic link review show 0a1b2c3d4e5f"))
def show(pair_id: PairId, as_json: console.Json = False) -> None:
    """Show which fields of a pair agree, and what each comparison weighs; no values."""
    from pipeline import identity

    pair, steps = identity.show_pair(load_settings(), pair_id)
    if as_json:
        console.show_json({"pair": pair, "waterfall": steps})
        return
    _show_pairs([pair], "")
    words = [{"field": field, "compared": word} for field, word in pair.compared.items()]
    console.show_rows(words, as_json=False, nothing="no other side is named: open the record at its sender")
    show_waterfall(steps)


@app.command(
    "decide",
    epilog=console.example_of(
        "wsic link review decide 0a1b2c3d4e5f --verdict same --reason 'letter of 3 May' --author 'A. Clerk'"
    ),
)
def decide(
    pair_id: PairId,
    verdict: Annotated[
        str,
        typer.Option(
            help="same or different; withdrawn for a contradiction.", autocompletion=complete.verdicts
        ),
    ],
    reason: Reason,
    author: Author,
    as_json: console.Json = False,
) -> None:
    """Decide a pair; later runs obey, until it is withdrawn with wsic link override."""
    from pipeline import audit_log, identity
    from pipeline.run import lock, open_ledger

    settings = load_settings()
    told: dict[str, str | int | bool | list[str]] = {"pair_id": pair_id, "verdict": verdict}
    with (
        lock.held(settings, open_ledger(settings), doing="a decision about two records"),
        audit_log.acting(settings, act="link_decided", actor=author, details=told),
    ):
        identity.decide(settings, pair_id, verdict=verdict, reason=reason, author=author)
    say_kept(verdict, as_json=as_json)


def say_kept(verdict: str, *, as_json: bool) -> None:
    """A decision is kept: say so."""
    if as_json:
        console.show_json({"verdict": verdict})
    else:
        typer.echo(f"kept: {verdict}; the next run obeys it")


def words_of(broken: Contradiction) -> str:
    """A decision that cannot be obeyed, in a line."""
    other = broken.other
    name = _words(other) if other else "a record that is gone"
    decided = f"decided on {broken.decided_on} to be the {broken.verdict} person as {name}"
    return f"not obeyed: {decided}; {broken.reason}"


def show_waterfall(steps: Iterable[Comparison]) -> None:
    """What spoke for and against, and the sum."""
    rows = [{"comparison": step.name, "held": step.level, "weight": round(step.weight, 2)} for step in steps]
    if rows:
        total = sum(step.weight for step in steps)
        console.show_rows(
            [*rows, {"comparison": "all", "held": "", "weight": round(total, 2)}], as_json=False, nothing=""
        )


def _show_pairs(pairs: Iterable[Pair], nothing: str) -> None:
    """A row a pair, and under them why a decision cannot be obeyed."""
    listed = list(pairs)
    console.show_rows([_row(pair) for pair in listed], as_json=False, nothing=nothing)
    for pair in listed:
        if pair.reason:
            typer.echo(f"{pair.pair_id}: not obeyed, {pair.reason}")


def _row(pair: Pair) -> dict[str, object]:
    return {
        "pair": pair.pair_id, "why": pair.kind, "weight": pair.weight, "candidates": pair.candidates,
        "one": _words(pair.left), "other": _words(pair.right) if pair.right else "",
        "differed": ", ".join(field for field, word in pair.compared.items() if word == "differed"),
    }  # fmt: skip


def _words(name: RecordName) -> str:
    return f"{name.source} {name.sender} {name.record_id}"

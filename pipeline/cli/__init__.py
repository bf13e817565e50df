"""``wsic``: one module a verb, and each verb one call of the function that the DAG calls too."""

from __future__ import annotations

import logging
import os
import sys

import typer

from pipeline.cli import (
    audit,
    check,
    console,
    evaluate,
    export_fhir,
    feedback,
    fetch,
    history,
    keys,
    link,
    link_train,
    opt_outs,
    publish,
    quarantine,
    reidentify,
    report,
    retention,
    risk,
    run,
    runs,
    synthesise,
)
from pipeline.errors import WsicError
from pipeline.keys import seal_process

app = typer.Typer(
    name="wsic",
    help="Load, link, pseudonymise and publish health and care records, and answer for it.",
    epilog="\b\nExample:\n  wsic run --extracts data/synthetic --as-of 2026-03-31",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a traceback shows local values
)
for verb in (check, synthesise, run, runs, report, export_fhir, evaluate):
    app.command(verb.NAME, epilog=verb.EXAMPLE)(verb.command)
link.app.command("train", epilog=link_train.EXAMPLE)(link_train.command)
_GROUPS = (
    fetch, quarantine, feedback, history, link, opt_outs, keys, publish, retention, risk, audit, reidentify,
)  # fmt: skip
for group in _GROUPS:
    app.add_typer(group.app)


def main() -> None:
    """Run the command line; an error becomes one line on stderr and its exit code."""
    seal_process()
    # What the steps log, the summary says too: only a developer sees it twice.
    logging.getLogger().addHandler(logging.StreamHandler() if _is_debugging() else logging.NullHandler())
    try:
        app()
    except WsicError as error:
        _debug(error)
        console.fail(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        console.fail("interrupted")
        sys.exit(WsicError.exit_code)
    except Exception as error:
        _debug(error)
        console.fail(f"{type(error).__name__}, not foreseen (set WSIC_DEBUG=1 to see where)")
        sys.exit(WsicError.exit_code)


def _is_debugging() -> bool:
    return bool(os.environ.get("WSIC_DEBUG"))


def _debug(error: Exception) -> None:
    if _is_debugging():
        raise error

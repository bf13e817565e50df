"""``wsic``: one module a verb, and each verb one call of the function that the DAG calls too."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import NoReturn

import typer

from pipeline import interrupts
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
    version,
)
from pipeline.errors import WsicError

app = typer.Typer(
    name="wsic",
    help="Load, link, pseudonymise and publish health and care records, and answer for it.",
    epilog="\b\nExample:\n  wsic run --extracts data/synthetic --as-of 2026-03-31",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a traceback shows local values
)
app.callback()(version.command)
for verb in (check, synthesise, run, runs, report, export_fhir, evaluate):
    app.command(verb.NAME, epilog=verb.EXAMPLE)(verb.command)
link.app.command("train", epilog=link_train.EXAMPLE)(link_train.command)
_BY_SIGNAL = 128  # exit codes above it: the signal's number is added, as shells have it
_LEFT = "no product is half published, and the lock is free; the same command may be given again"
_GROUPS = (
    fetch, quarantine, feedback, history, link, opt_outs, keys, publish, retention, risk, audit, reidentify,
)  # fmt: skip
for group in _GROUPS:
    app.add_typer(group.app)


def main() -> None:
    """Run the command line; an error becomes one line on stderr and its exit code, and so does Ctrl-C."""
    from pipeline.keys import seal_process

    seal_process()
    # What the steps log, the summary says too: only a developer sees it twice.
    logging.getLogger().addHandler(logging.StreamHandler() if _is_debugging() else logging.NullHandler())
    with interrupts.listen():
        code = _run()
    _leave(code)


def _run() -> int:
    """The exit code of the verb that was called."""
    error: BaseException | None = None
    code = 0
    try:
        app(prog_name="wsic")
    except SystemExit as end:
        code = int(end.code or 0)
    except (Exception, interrupts.Interrupted) as unforeseen:
        error = unforeseen
    if asked := interrupts.asked():  # whatever an interrupted database made of it on the way
        left = error.left if isinstance(error, interrupts.Interrupted) else ""
        console.fail(f"interrupted ({asked}): {left or _LEFT}")
        return asked.exit_code
    return code if error is None else _told(error)


def _told(error: BaseException) -> int:
    if _is_debugging():
        raise error
    if isinstance(error, WsicError):
        console.fail(str(error))
        return error.exit_code
    console.fail(f"{type(error).__name__}, not foreseen (set WSIC_DEBUG=1 to see where)")
    return WsicError.exit_code


def _leave(code: int) -> NoReturn:
    """End with ``code``, also where a thread still waits for another organisation's machine."""
    waiting = [one for one in threading.enumerate() if not one.daemon and one is not threading.main_thread()]
    if code > _BY_SIGNAL and waiting:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _is_debugging() -> bool:
    return bool(os.environ.get("WSIC_DEBUG"))

"""The root from the environment: ``WSIC_ROOT_KEY``, taken out of it before anything else is started.

A process hands its environment on to every child. :func:`take` moves the key into this module, so that
neither dbt nor anything that a library starts inherits it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from pipeline.errors import SetupError
from pipeline.keys.provider.root import FORM, Root, parse_root
from pipeline.keys.secret import Secret

NAME = "WSIC_ROOT_KEY"
_taken: dict[str, Secret] = {}  # NAME -> what this process was started with, once it was taken


def take() -> None:
    """Move the key from this process's environment to its memory; children no longer inherit it."""
    if NAME in os.environ:
        _taken[NAME] = Secret(os.environ.pop(NAME).encode("utf-8", "replace"))


def is_there(environ: Mapping[str, str] | None) -> bool:
    """Whether the environment names a root, be it empty."""
    return _text(environ) is not None


def read(environ: Mapping[str, str] | None) -> Root:
    """The root of ``environ``, or of this process where it is none; raises :class:`SetupError`."""
    text = _text(environ)
    if text is None:
        raise SetupError(f"WSIC_KEY_PROVIDER is environment, and {NAME} is not set; {FORM}")
    return Root(provider="environment", is_development=False, key=parse_root(text, NAME))


def _text(environ: Mapping[str, str] | None) -> Secret | None:
    given = os.environ if environ is None else environ
    if NAME in given:
        return Secret(given[NAME].encode("utf-8", "replace"))
    return _taken.get(NAME) if environ is None else None

"""The root from the environment: ``WSIC_ROOT_KEY`` (and the next one), taken out before anything is started.

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
NEXT_NAME = "WSIC_NEXT_ROOT_KEY"  # the one that `wsic keys rotate --root` changes to
_taken: dict[str, Secret] = {}  # name -> what this process was started with, once it was taken


def take() -> None:
    """Move the key from this process's environment to its memory; children no longer inherit it."""
    for name in (NAME, NEXT_NAME):
        if name in os.environ:
            _taken[name] = Secret(os.environ.pop(name).encode("utf-8", "replace"))


def is_there(environ: Mapping[str, str] | None) -> bool:
    """Whether the environment names a root, be it empty."""
    return _text(environ, NAME) is not None


def read(environ: Mapping[str, str] | None) -> Root:
    """The root of ``environ``, or of this process where it is none; raises :class:`SetupError`."""
    text = _text(environ, NAME)
    if text is None:
        raise SetupError(f"WSIC_KEY_PROVIDER is environment, and {NAME} is not set; {FORM}")
    return Root(provider="environment", is_development=False, key=parse_root(text, NAME))


def read_next(environ: Mapping[str, str] | None) -> Root | None:
    """The next root, where one is given; raises :class:`SetupError` for a text that is none."""
    text = _text(environ, NEXT_NAME)
    if text is None:
        return None
    return Root(provider="environment", is_development=False, key=parse_root(text, NEXT_NAME))


def _text(environ: Mapping[str, str] | None, name: str) -> Secret | None:
    given = os.environ if environ is None else environ
    if name in given:
        return Secret(given[name].encode("utf-8", "replace"))
    return _taken.get(name) if environ is None else None

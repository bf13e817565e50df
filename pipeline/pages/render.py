"""A page from its template: escaped throughout, in the style that all pages share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from pipeline.pages.words import is_day, is_numeric, moment, number, words

_SHARED = Path(__file__).parent
VERDICT_STYLE = (_SHARED / "verdict.css").read_text(encoding="utf-8")
"""Style of pages that begin with a verdict, for ``more_style`` of :func:`render`."""


def render(folder: Path, template: str, *, more_style: str = "", **told: Any) -> str:
    """The page of ``template`` in ``folder``; the same values give the same page.

    The template finds ``parts.html`` and ``frame.html`` of this room beside its own files. Every value is
    escaped; a name that is not told is an error. ``more_style`` is CSS of this page alone.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, _SHARED]), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_value,
    )  # fmt: skip
    environment.filters.update(
        number=number, words=words, moment=moment, is_numeric=is_numeric, is_day=is_day
    )
    style = (_SHARED / "page.css").read_text(encoding="utf-8") + more_style
    return environment.get_template(template).render(style=style, **told)


def _value(value: object) -> object:
    """A value as it is; a name that found a method in place of a row's column is an error, not a text."""
    if callable(value) and not isinstance(value, jinja2.Undefined):  # an if without else is undefined
        raise TypeError(f"a template shows a {type(value).__name__}; valid: a value")
    return value

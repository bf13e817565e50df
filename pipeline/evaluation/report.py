"""What an evaluation leaves: four tables and a page, none of which holds a person."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline import pages
from pipeline.disclosure import SUPPRESSED_SIGN
from pipeline.errors import UsageError
from pipeline.evaluation.rules import OUTCOMES

Told = Sequence[Mapping[str, Any]]


def write(out: Path, told: Told, *, run: Mapping[str, Any], rules: Mapping[str, Any]) -> None:
    """Write ``people.csv``, ``balance.csv``, ``rates.csv``, ``effects.csv`` and ``report.html``, mode 0600.

    The folder is made 0700; raises :class:`UsageError` where it stands and others may look into it.
    """
    _require_own(out)
    tables: dict[str, Told] = {
        "people": [
            {"intervention_id": one["intervention_id"], "what": word, "people": n}
            for one in told
            for word, n in one["flow"].items()
        ],
        **{part: list(_rows(told, part)) for part in ("balance", "rates", "effects")},
    }
    for name, rows in tables.items():
        if rows:
            pages.write_page(out / f"{name}.csv", _csv(rows))
    page = pages.render(
        Path(__file__).parent, "page.html", told=told, run=run, rules=rules, outcomes=dict(OUTCOMES)
    )
    pages.write_page(out / "report.html", page)


def _require_own(out: Path) -> None:
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(out.stat().st_mode) & 0o077:
        raise UsageError(f"{out}: others may look into it; valid: a folder of mode 0700, or none yet")


def _rows(told: Told, part: str) -> Iterable[Mapping[str, Any]]:
    for one in told:
        for row in one[part]:
            yield {"intervention_id": one["intervention_id"], **row, "is_balanced": one["is_balanced"]}


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _shown(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _shown(value: object) -> object:
    if value is None:
        return SUPPRESSED_SIGN
    return (
        f"{value:.4f}"
        if isinstance(value, float)
        else str(value).lower()
        if isinstance(value, bool)
        else value
    )

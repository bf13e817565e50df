"""The retention schedule: a term a kind, and the holds that keep what is over all the same.

The terms that ship are in :file:`schedule.toml`; a site's own file says its terms and its holds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError, one_of
from pipeline.settings import Settings

KINDS = ("received", "quarantine", "version", "snapshot", "log")
_SHIPPED = Path(__file__).with_name("schedule.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """``days`` that things of one kind are kept, why, and who says so; ``folders``: where logs lie."""

    kind: str
    days: int
    what: str
    why: str
    source: str
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What may not go, whatever its term: by kind, source, sender and product; empty means every one.

    ``name`` is the case's, ``since`` the day on which it was decided, by whom and why in ``by`` and ``why``.
    """

    name: str
    since: date
    by: str
    why: str
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def covers(self, kind: str, *, source: str = "", sender: str = "", product: str = "") -> bool:
        """Whether it keeps a thing; one without source, sender or product is kept by any of its kind."""
        asked = ((self.kinds, kind), (self.sources, source), (self.senders, sender), (self.products, product))
        return all(not named or not has or has in named for named, has in asked)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The terms by kind, and the holds that are open."""

    terms: Mapping[str, Term]
    holds: tuple[Hold, ...]

    def held_by(self, kind: str, *, source: str = "", sender: str = "", product: str = "") -> str:
        """The name of the first hold that keeps a thing; empty where none does."""
        held = (
            hold for hold in self.holds if hold.covers(kind, source=source, sender=sender, product=product)
        )
        return next((hold.name for hold in held), "")


def load_schedule(settings: Settings) -> Schedule:
    """The schedule of this deployment; raises :class:`SetupError` naming file, entry, what is valid."""
    shipped, own = _read(_SHIPPED), _read(settings.retention_schedule)
    terms = {
        term.kind: term for term in (*_terms(_SHIPPED, shipped), *_terms(settings.retention_schedule, own))
    }
    return Schedule(terms, tuple(_holds(settings.retention_schedule, own)))


def is_version_held(settings: Settings, product: str) -> bool:
    """Whether a hold keeps the versions of a product: then publishing prunes none of them."""
    return bool(load_schedule(settings).held_by("version", product=product))


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    if not path.is_file():
        return {}
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path.name} is not TOML ({type(error).__name__})") from None
    if path.stat().st_mode & 0o022:
        raise SetupError(f"{path.name} can be written by others than its owner; valid: 0600 or 0644")
    for table, entries in raw.items():
        if table not in ("term", "hold"):
            raise SetupError(f"{path.name}: " + one_of("table", table, ("[[term]]", "[[hold]]")))
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise SetupError(f"{path.name}: {table} is no list of tables; valid: [[{table}]]")
    return raw


def _terms(path: Path, raw: Mapping[str, list[dict[str, Any]]]) -> list[Term]:
    found = [_made(Term, f"{path.name}, term {place}", entry) for place, entry in _numbered(raw, "term")]
    for term in found:
        if term.kind not in KINDS:
            raise SetupError(f"{path.name}: " + one_of("kind", term.kind, KINDS))
        if term.days < 1:
            raise SetupError(f"{path.name}, {term.kind}: days must be 1 or more")
    return found


def _holds(path: Path, raw: Mapping[str, list[dict[str, Any]]]) -> list[Hold]:
    found = [_made(Hold, f"{path.name}, hold {place}", entry) for place, entry in _numbered(raw, "hold")]
    for hold in found:
        for kind in hold.kinds:
            if kind not in KINDS:
                raise SetupError(f"{path.name}, hold {hold.name}: " + one_of("kind", kind, KINDS))
    return found


def _numbered(raw: Mapping[str, list[dict[str, Any]]], table: str) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(raw.get(table, []), start=1))


def _made(kind: type[Any], where: str, entry: Mapping[str, Any]) -> Any:
    known = {field.name: str(field.type) for field in fields(kind)}
    for name in entry:
        if name not in known:
            raise SetupError(f"{where}: " + one_of("field", name, known))
    values = {name: _value(where, name, known[name], value) for name, value in entry.items()}
    try:
        return kind(**values)
    except TypeError:
        missing = sorted(set(known) - set(entry) - {"folders", "kinds", "sources", "senders", "products"})
        raise SetupError(f"{where}: {', '.join(missing)} must be said") from None


def _value(where: str, name: str, kind: str, value: Any) -> Any:
    if kind.startswith("tuple"):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise SetupError(f"{where}: {name} must be a list of texts")
    expected = {"str": str, "int": int, "date": date}[kind]
    if type(value) is not expected or value == "":
        words = {
            "str": "a text",
            "int": "a whole number",
            "date": "a date without quotes, such as 2026-03-31",
        }
        raise SetupError(f"{where}: {name} must be {words[kind]}")
    return value

"""What a dbt model says of a table under disclosure control: ``meta: disclosure_controlled``.

Every column has exactly one word, or the table is not published: what nobody described could disclose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from pipeline.errors import ChecksRefusedError, SetupError, one_of
from pipeline.gate_results import MADE_FROM
from pipeline.settings import PRODUCTS

META = "disclosure_controlled"
# The open product is made from the true counts of these, and is under control itself.
COUNTED_FOR_OPEN = ("wsic.area_overlap", "wsic.metric", "wsic.population_count")
_WORDS = {
    "products": "products in which it is always controlled; [] where only a site marks it",
    "of_the_night": "whether rows are of the night alone, so that another night counts other people",
    "figures": "columns that tell counts apart which are never added: period, measure",
    "groups": "columns of groups: the value that stands for everybody, or null where no row does",
    "kinds": "pairs of columns kind and value (area_type and area_code); whole: the kind that is everybody",
    "counts": "columns that count people",
    "amounts": "columns of events or money; people, largest: columns of people behind, and of one's most; "
    "measure: column that names what is counted, where rows of one name give one count again",
    "rates": "columns of quotients: above, below (columns), times (a number, a column, or column and scales)",
    "spans": "periods within periods: kind, first, last (columns), part, whole (kinds), stock (measures)",
    "same": "counts that are one number: measure, of (another measure); column, values: of a kind alone",
    "never_shown": "SQL condition of rows whose counts are never shown, and which are no cells",
    "withheld": "columns that are never shown",
    "labels": "columns that say nothing of a count",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaps:
    """A relation with a row a pair of areas that have anybody in common; ``figures``: its columns that say
    for which figure, in the order of the table's own."""

    related: str
    columns: Mapping[str, str]
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Periods within periods: those of the kind ``part`` add up to the ``whole`` one they lie in; of what is
    ``stock`` (who is counted on the last day) the last part is the whole."""

    kind: str
    first: str
    last: str
    part: str
    whole: str
    stock: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """Two measures that are one number: everywhere, or for some values of the kind ``column`` (of 65 and
    over, and of everybody at 70)."""

    measure: str
    of: str
    column: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A pair of columns: which kind of area or group, and which one; ``whole`` is the kind of everybody.

    ``related`` names a relation of the warehouse with a row a person, ``where`` the column that says whether
    one is counted, ``columns`` which of its columns holds each kind. ``nested`` are kinds within kinds
    (practice, network), ``crossing`` those that overlap: by the relation ``related``, or by ``overlaps``.
    """

    kind: str
    value: str
    whole: str | None = None
    related: str = ""
    where: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    nested: tuple[tuple[str, str], ...] = ()
    crossing: tuple[tuple[str, str], ...] = ()
    overlaps: Overlaps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A column that is counted: the columns with the people behind it and the most that one of them adds.

    ``measure`` is the column that names what is counted; without one it is the column itself.
    """

    column: str
    people: str = ""
    largest: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A column that is a quotient of two amounts, times a number, a column, or the scale of a word of it."""

    column: str
    above: str
    below: str
    times: str
    scales: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A table under disclosure control and the word of each of its columns."""

    schema: str
    table: str
    of_the_night: bool
    figures: tuple[str, ...]
    groups: Mapping[str, str | None]
    kinds: tuple[Kind, ...]
    amounts: tuple[Amount, ...]
    rates: tuple[Rate, ...]
    withheld: tuple[str, ...]
    labels: tuple[str, ...]
    spans: Spans | None = None
    same: tuple[Same, ...] = ()
    never_shown: str = "false"

    @property
    def name(self) -> str:
        """Schema and table, as an operator writes them."""
        return f"{self.schema}.{self.table}"

    @property
    def columns(self) -> list[str]:
        """Every column that has a word, as often as it has one."""
        kinds = chain.from_iterable((kind.kind, kind.value) for kind in self.kinds)
        counted = [amount.column for amount in self.amounts]
        rates = [rate.column for rate in self.rates]
        return [*self.figures, *self.groups, *kinds, *counted, *rates, *self.withheld, *self.labels]

    def require_columns(self, found: Iterable[str]) -> None:
        """Raise :class:`ChecksRefusedError` unless exactly the columns ``found`` have a word each."""
        named, found = self.columns, set(found)
        behind = {name for item in self.amounts for name in (item.people, item.largest, item.measure) if name}
        rated = {name for rate in self.rates for name in (rate.above, rate.below)}
        amounts = {item.column for item in self.amounts}
        for what, columns in (
            ("have no word", found - set(named)),
            ("are not there", (set(named) | behind) - found),
            ("have two words", {name for name in named if named.count(name) > 1}),
            ("are divided and no counts", rated - amounts),
        ):
            if columns:
                raise _refused(self.name, f"columns that {what}: {', '.join(sorted(columns))}")


def marked_tables(models: Mapping[str, Mapping[str, Any]], product: str, by_site: str) -> list[Marked]:
    """The tables of ``product`` under control: those whose model says so and those of the site's setting.

    ``models`` holds the ``meta`` of each public model by schema.table, ``by_site`` words such as
    ``direct_care:wsic.metric``. Raises :class:`ChecksRefusedError` for a marked table that lacks words,
    :class:`SetupError` where the setting names what there is not.
    """
    wanted = _by_site(by_site, product)
    for table in sorted(wanted - set(models)):
        raise SetupError("WSIC_DISCLOSURE_CONTROLLED: " + one_of("table", table, models))
    always = {table for table, meta in models.items() if META in meta and product in _products(table, meta)}
    return [_read(table, models[table].get(META), product) for table in sorted(wanted | always)]


def _by_site(setting: str, product: str) -> set[str]:
    found = set()
    for word in setting.replace(",", " ").split():
        of, _, table = word.partition(":")
        if of not in PRODUCTS or not table:
            valid = ", ".join(f"{name}:schema.table" for name in PRODUCTS)
            raise SetupError(f"WSIC_DISCLOSURE_CONTROLLED: {word!r} is no mark; valid: {valid}")
        if of == product:
            found.add(table)
    return found


def _products(table: str, meta: Mapping[str, Any]) -> list[str]:
    words = meta[META]
    products = words.get("products") if isinstance(words, dict) else None
    if not isinstance(products, list) or set(products) - set(PRODUCTS):
        raise _refused(table, f"products must be a list of {', '.join(PRODUCTS)}, or []")
    return [str(product) for product in products]


def _read(table: str, words: Any, product: str) -> Marked:
    if product == MADE_FROM and table in COUNTED_FOR_OPEN:
        raise _refused(table, f"the open product is made from its true counts in {MADE_FROM}")
    if not isinstance(words, dict):
        raise _refused(table, f"its model has no meta: {META}")
    if strange := sorted(set(words) - set(_WORDS)):
        raise _refused(table, one_of("word", strange[0], _WORDS))
    if "of_the_night" not in words or not (words.get("counts") or words.get("amounts")):
        raise _refused(table, "of_the_night, and counts or amounts, must be said")
    schema, _, name = table.partition(".")
    try:
        return Marked(
            schema=schema, table=name, of_the_night=bool(words["of_the_night"]),
            figures=tuple(words.get("figures", ())), groups=dict(words.get("groups", {})),
            kinds=tuple(_kind(kind) for kind in words.get("kinds", ())),
            amounts=(
                *(Amount(column=column) for column in words.get("counts", ())),
                *(
                    Amount(
                        column=column, people=behind["people"], largest=behind["largest"],
                        measure=behind.get("measure", ""),
                    )
                    for column, behind in words.get("amounts", {}).items()
                ),
            ),
            rates=tuple(_rate(column, of) for column, of in words.get("rates", {}).items()),
            withheld=tuple(words.get("withheld", ())), labels=tuple(words.get("labels", ())),
            spans=_spans(words["spans"]) if "spans" in words else None,
            same=tuple(
                _same(one)
                for one in words.get("same", ())
            ),
            never_shown=str(words.get("never_shown", "false")),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        said = "; ".join(f"{word}: {meaning}" for word, meaning in _WORDS.items())
        raise _refused(table, f"its words are not whole ({error}); valid: {said}") from None


def _rate(column: str, of: Mapping[str, Any]) -> Rate:
    times = of["times"]
    scales = times["scales"] if isinstance(times, dict) else {}
    return Rate(
        column=column, above=of["above"], below=of["below"],
        times=str(times["column"] if scales else times),
        scales={str(word): float(scale) for word, scale in scales.items()},
    )  # fmt: skip


def _same(words: Mapping[str, Any]) -> Same:
    """Of a kind's values, or everywhere where neither a column nor values are said."""
    if ("column" in words) != ("values" in words):
        raise ValueError("same: column and values go together")
    return Same(
        measure=words["measure"],
        of=words["of"],
        column=words.get("column"),
        values=tuple(words.get("values", ())),
    )


def _spans(words: Mapping[str, Any]) -> Spans:
    named = {name: str(words[name]) for name in ("kind", "first", "last", "part", "whole")}
    return Spans(**named, stock=tuple(words.get("stock", ())))


def _overlaps(words: Mapping[str, Any]) -> Overlaps:
    return Overlaps(related=words["related"], columns=dict(words["columns"]), figures=tuple(words["figures"]))


def _kind(words: Mapping[str, Any]) -> Kind:
    pairs = {name: tuple((a, b) for a, b in words.get(name, ())) for name in ("nested", "crossing")}
    return Kind(
        kind=words["kind"],
        value=words["value"],
        whole=words["whole"],
        related=words.get("related", ""),
        where=words.get("where", ""),
        columns=dict(words.get("columns", {})),
        overlaps=_overlaps(words["overlaps"]) if "overlaps" in words else None,
        **pairs,
    )


def _refused(table: str, why: str) -> ChecksRefusedError:
    return ChecksRefusedError(f"{table} is marked for disclosure control and cannot be controlled: {why}")

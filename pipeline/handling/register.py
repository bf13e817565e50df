"""The effective register: a row a column of a native file, of a landed FHIR element, of the pseudonymised
zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache

from connectors import registry
from connectors.declare import SOURCE_WORDS, Column, Format, Handling, NativeFile
from connectors.fhir import shapes
from connectors.register import Entity, added_columns, entities, fhir, law
from connectors.register.linkage import LINKAGE
from pipeline.handling.mapped import native_columns

NATIVE, FHIR, PSEUDONYMISED = "native", "fhir", "pseudonymised"
LINKED = "linkage"  # the source word of what linking gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One column. ``file_name`` is a native file, a resource type or an entity; lists are in a fixed order.

    ``leaves_as`` names the columns of the pseudonymised zone that it gives (native and FHIR), or the
    elements that it is made of (pseudonymised).
    """

    layer: str
    source: str
    format: str
    file_name: str
    column_name: str
    kind: str
    handling: Handling
    purposes: tuple[str, ...]
    legal_bases: tuple[str, ...]
    leaves_as: tuple[str, ...]
    meaning: str


COLUMNS = tuple(field.name for field in fields(Entry))


@cache
def effective_register() -> tuple[Entry, ...]:
    """Every entry: native files, then FHIR elements, then the pseudonymised zone, each in declared order.

    Raises :class:`ValueError` where a column has no legal basis that allows what its word is for.
    """
    return (*_native(), *_fhir(), *_pseudonymised())


def _native() -> Iterator[Entry]:
    for source in registry.SOURCES.values():
        for format_ in source.formats:
            given = _given_by(source.word, format_)
            for file in format_.files:
                for column in file.columns:
                    yield _native_entry(
                        source.word, format_, file, column, given.get((file.name, column.name), ())
                    )


def _native_entry(
    source: str, format_: Format, file: NativeFile, column: Column, leaves_as: Iterable[str]
) -> Entry:
    bases = law.bases_of(source, format_.name, file.name, column.name)
    standing = law.standing(column.handling, bases)
    return Entry(
        layer=NATIVE, source=source, format=format_.name, file_name=file.name, column_name=column.name,
        kind=column.kind.value, handling=column.handling, purposes=standing.purposes,
        legal_bases=standing.legal_bases, leaves_as=tuple(leaves_as), meaning=column.meaning,
    )  # fmt: skip


def _given_by(source: str, format_: Format) -> dict[tuple[str, str], list[str]]:
    """Native column -> the columns of the pseudonymised zone that its values go into."""
    found: dict[tuple[str, str], list[str]] = {}
    for entity in entities().values():
        for column in entity.columns:
            feeding = {place for path in column.reads for place in native_columns(source, format_.name, path)}
            for place in feeding:
                found.setdefault(place, []).append(f"{entity.name}.{column.name}")
    return found


def _fhir() -> Iterator[Entry]:
    given: dict[str, list[str]] = {}
    for entity in entities().values():
        for column in entity.columns:
            for path in column.reads:
                given.setdefault(path, []).append(f"{entity.name}.{column.name}")
    for source in SOURCE_WORDS:
        for resource_type in shapes.RESOURCE_TYPES:
            for path, word in fhir.elements(resource_type).items():
                yield _fhir_entry(source, resource_type, path, word or Handling.DROP, given.get(path, ()))


def _fhir_entry(
    source: str, resource_type: str, path: str, word: Handling, leaves_as: Iterable[str]
) -> Entry:
    name = path.split(".", 1)[1]
    standing = law.standing(word, law.bases_of(source, law.FHIR, resource_type, name))
    return Entry(
        layer=FHIR, source=source, format=law.FHIR, file_name=resource_type, column_name=name, kind="element",
        handling=word, purposes=standing.purposes, legal_bases=standing.legal_bases,
        leaves_as=tuple(leaves_as), meaning="",
    )  # fmt: skip


def _pseudonymised() -> Iterator[Entry]:
    for source in SOURCE_WORDS:
        for entity in entities().values():
            for name, (kind, handling, meaning) in added_columns(entity).items():
                yield _kept_entry(source, entity, name, kind, handling, meaning, ())
            for column in entity.columns:
                yield _kept_entry(
                    source, entity, column.name, column.type, column.handling, column.meaning, column.reads
                )
    for table, described in LINKAGE.items():
        for name, (kind, handling, meaning) in described.items():
            standing = _common(handling, [law.bases_of(word, law.FHIR, "", "") for word in SOURCE_WORDS])
            yield Entry(
                layer=PSEUDONYMISED, source=LINKED, format="", file_name=table, column_name=name, kind=kind,
                handling=handling, purposes=standing.purposes, legal_bases=standing.legal_bases,
                leaves_as=(), meaning=meaning,
            )  # fmt: skip


def _kept_entry(
    source: str,
    entity: Entity,
    name: str,
    kind: str,
    handling: Handling,
    meaning: str,
    reads: tuple[str, ...],
) -> Entry:
    standing = _common(handling, [*_of_feeds(source), *_of_inputs(source, reads)])
    return Entry(
        layer=PSEUDONYMISED, source=source, format="", file_name=entity.name, column_name=name, kind=kind,
        handling=handling, purposes=standing.purposes, legal_bases=standing.legal_bases,
        leaves_as=reads, meaning=meaning,
    )  # fmt: skip


def _of_feeds(source: str) -> list[tuple[str, ...]]:
    return [feed.bases for feed in law.feeds() if feed.source == source]


def _of_inputs(source: str, reads: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Legal bases of each native column and FHIR element that a column of the pseudonymised zone is made
    of."""
    for path in reads:
        resource_type, name = path.split(".", 1)
        yield law.bases_of(source, law.FHIR, resource_type, name)
        for format_ in registry.source(source).formats:
            for file, column in native_columns(source, format_.name, path):
                yield law.bases_of(source, format_.name, file, column)


def _common(handling: Handling, inputs: Sequence[tuple[str, ...]]) -> law.Standing:
    """What all inputs allow together; of their bases those that allow some of it and not more than is common.

    Raises :class:`ValueError` where they have no purpose in common.
    """
    products = frozenset(word for word, purpose in law.purposes().items() if purpose.is_product)
    wanted = products.intersection(*(law.allowed(bases) for bases in inputs))
    if not wanted:
        raise ValueError(f"{handling}: what a column is made of has no purpose in common")
    narrow = [bases for bases in inputs if products & law.allowed(bases) != products]
    words = {word for bases in narrow or inputs for word in bases if law.legal_bases()[word].allows & wanted}
    of_patients = {word for word in words if law.legal_bases()[word].is_about_patients}
    return law.Standing(
        purposes=tuple(word for word in law.purposes() if word in wanted),
        legal_bases=tuple(word for word in law.legal_bases() if word in (of_patients or words)),
    )

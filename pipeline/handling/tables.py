"""The generated parts of the data protection pages: each a Markdown table made from the register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from connectors.declare import Handling
from connectors.register import entities, fhir, law
from pipeline.handling.published import published_tables
from pipeline.handling.register import FHIR, NATIVE, PSEUDONYMISED, Entry, effective_register

_STAYS = (Handling.IDENTIFIER, Handling.DROP, Handling.FREE_TEXT)


def purposes() -> str:
    """Every purpose, and whether a product may serve it."""
    rows = [
        (f"`{p.word}`", p.meaning, "a product" if p.is_product else "never leaves the identifiable zones")
        for p in law.purposes().values()
    ]
    return _table(("purpose", "what it is", "where"), rows)


def legal_bases() -> str:
    """Every legal basis with its lawfulness in full."""
    rows = [
        (
            f"`{b.word}`: {b.title}", f"{b.article_6}; {b.article_9}", b.confidence, _words(sorted(b.allows)),
            b.condition, b.source,
        )
        for b in law.legal_bases().values()
    ]  # fmt: skip
    head = (
        "basis",
        "UK GDPR articles 6 and 9",
        "duty of confidence",
        "allows",
        "on condition that",
        "source",
    )
    return _table(head, rows)


def feeds() -> str:
    """Which feed stands on which bases, and what single files stand on instead."""
    rows = []
    for feed in law.feeds():
        instead = "; ".join(f"{', '.join(sorted(line.files))}: {_words(line.bases)}" for line in feed.instead)
        rows.append((feed.source, ", ".join(feed.formats), feed.controller, _words(feed.bases), instead))
    return _table(("source", "formats", "controller", "legal bases", "but for"), rows)


def counts() -> str:
    """How many columns and elements of each feed have each word."""
    found = Counter(
        (entry.source, entry.format, entry.handling)
        for entry in effective_register()
        if entry.layer != PSEUDONYMISED
    )
    places = dict.fromkeys((source, format_) for source, format_, _ in found)
    rows = [(*place, *(str(found[(*place, word)]) for word in Handling)) for place in places]
    return _table(("source", "format", *(word.replace("_", " ") for word in Handling)), rows)


def what_leaves() -> str:
    """Every column of the pseudonymised zone that a source's values go into."""
    return "\n\n".join(
        f"**{entity.name}**: one row per {entity.grain}\n\n"
        + _table(
            ("column", "handling", "meaning", "made of"),
            [
                (f"`{column.name}`", column.handling.value, column.meaning, _words(column.reads))
                for column in entity.columns
            ],
        )
        for entity in entities().values()
    )


def free_text() -> str:
    """Columns in which people write, none of which leaves."""
    rows = [
        (entry.source, entry.format, entry.file_name, entry.column_name, entry.meaning)
        for entry in effective_register()
        if entry.layer == NATIVE and entry.handling is Handling.FREE_TEXT
    ]
    return _table(("source", "format", "file", "column", "meaning"), rows)


def models() -> str:
    """What each published table is for."""
    rows = [(f"`{table.name}`", _words(table.purposes), table.meaning) for table in published_tables()]
    return _table(("table", "purposes", "what it holds"), rows)


def published_columns() -> str:
    """Every column of every published table."""
    return "\n\n".join(
        f"## {table.name}\n\n{table.meaning}\n\nPurposes: {_words(table.purposes)}. "
        f"Shown by: {', '.join(table.exposures)}.\n\n"
        + _table(
            ("column", "type", "meaning", "handling", "source columns"),
            [(f"`{c.name}`", c.type, c.meaning, c.handling, c.source_columns) for c in table.columns],
        )
        for table in published_tables()
    )


def extensions() -> str:
    """The FHIR extensions that are known; every other one is stripped."""
    rows = [
        (f"`{extension.place}`", extension.url, extension.handling.value) for extension in fhir.extensions()
    ]
    return _table(("element", "URL", "handling"), rows)


def native_columns() -> str:
    """The inventory of native files, column by column."""
    return "\n\n".join(_file(entries) for entries in _grouped(NATIVE))


def fhir_elements() -> str:
    """The inventory of FHIR elements; they are the same for every source, so one stands for all."""
    groups = [entries for entries in _grouped(FHIR) if entries[0].source == "gp"]
    return "\n\n".join(
        f"### {entries[0].file_name}\n\n"
        + _table(
            ("element", "handling", "leaves as"),
            [(f"`{e.column_name}`", e.handling.value, _leaves(e)) for e in entries],
        )
        for entries in groups
    )


BLOCKS: Mapping[str, Callable[[], str]] = {
    block.__name__: block
    for block in (
        purposes, legal_bases, feeds, counts, what_leaves, free_text, models, extensions, native_columns,
        fhir_elements, published_columns,
    )
}  # fmt: skip
"""The generated parts by the name that a page's marker gives."""


def _grouped(layer: str) -> Iterator[list[Entry]]:
    groups: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in effective_register():
        if entry.layer == layer:
            groups.setdefault((entry.source, entry.format, entry.file_name), []).append(entry)
    yield from groups.values()


def _file(entries: list[Entry]) -> str:
    first = entries[0]
    rows = [
        (e.column_name, e.handling.value, _words(e.purposes), _words(e.legal_bases), _leaves(e), e.meaning)
        for e in entries
    ]
    head = ("column", "handling", "purposes", "legal bases", "leaves as", "meaning")
    return f"### {first.source}, {first.format}: {first.file_name}\n\n" + _table(head, rows)


def _leaves(entry: Entry) -> str:
    if entry.leaves_as and entry.handling not in _STAYS:
        return _words(entry.leaves_as)
    return "only in keyed hashes" if entry.leaves_as else ""


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")

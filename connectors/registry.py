"""The sources by their words, the mappings beside each format, and which format a folder holds.

Reading this module checks that declarations and mappings agree, so that a misspelt column, file or
resource type stops the load before a row is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from connectors import acute, ambulance, community, gp, mental_health, social_care
from connectors.consistency import check_format, check_source
from connectors.declare import Format, Source
from connectors.lookups import with_lookups

SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        source.word: source
        for source in (
            gp.SOURCE,
            acute.SOURCE,
            community.SOURCE,
            mental_health.SOURCE,
            social_care.SOURCE,
            ambulance.SOURCE,
        )
    }
)

Mappings = Mapping[str, tuple[tuple[str, str], ...]]


def source(word: str) -> Source:
    """The declaration of a source; raises :class:`ValueError` that lists the valid words."""
    if word not in SOURCES:
        raise ValueError(f"source {word!r} is not known; valid: {', '.join(SOURCES)}")
    return SOURCES[word]


def format_named(word: str, name: str) -> Format:
    """One native format of a source; raises :class:`ValueError` that lists the valid names."""
    formats = {format_.name: format_ for format_ in source(word).formats}
    if name not in formats:
        raise ValueError(f"format {name!r} of {word} is not known; valid: {', '.join(formats)}")
    return formats[name]


def recognise(word: str, names: Iterable[str]) -> Format | None:
    """The native format that a folder with files of these ``names`` holds, if any.

    By the file that marks the format; a delta in which that file has no news is known by any other
    file of the format, provided that only one format has it. FHIR NDJSON belongs to no native format.
    """
    present, matching = list(names), []
    for format_ in source(word).formats:
        found = {file.name for name in present if (file := format_.find(name))}
        if found.intersection(format_.recognised_by):
            return format_
        matching += [format_] * bool(found)
    return matching[0] if len(matching) == 1 else None


@cache
def mapping_sql(word: str, name: str) -> Mappings:
    """Mappings of a format: resource type -> its parts, each ``(part, SQL)``, in order of part.

    Each is one SELECT over the views named as the file stems (``connectors/<source>/<format>/
    <ResourceType>[.<part>].sql``), with the lists that it reads before it (:mod:`connectors.lookups`);
    the part is empty where a resource type has one mapping.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    folder = resources.files(f"connectors.{word}.{format_named(word, name).name}")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            resource_type, _, part = file.name.removesuffix(".sql").partition(".")
            sql = with_lookups(word, file.read_text(encoding="utf-8"))
            found.setdefault(resource_type, []).append((part, sql))
    return MappingProxyType({key: tuple(parts) for key, parts in found.items()})


for _source in SOURCES.values():
    check_source(_source)
    for _format in _source.formats:
        check_format(_source.word, _format, mapping_sql(_source.word, _format.name))

"""What was dropped, generalised, pseudonymised and kept, by the register; what was taken off FHIR records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.declare import Handling
from pipeline.handling import Entry, effective_register
from pipeline.handling.register import FHIR, LINKED, NATIVE, PSEUDONYMISED
from pipeline.ig_report.attention import LOOK, Attention
from pipeline.ig_report.release import Release, Rows

SECTION = "handling"
_MODIFIER = "unknown_modifier"  # the rule of landing that refuses a record
_STRIPPED = """
    select f.source, f.sender, resource_type, place, url, sum(records) as records,
        sum(extensions) as extensions
    from file_seen join file as f using (file_id) join extension using (file_id)
    where file_seen.run_id = :run_id and f.outcome <> 'refused'
    group by f.source, f.sender, resource_type, place, url
    order by extensions desc, f.source, f.sender, resource_type, place, url"""
_MODIFIERS = f"""
    select f.source, f.sender, f.file_name, column_name as place, sum(rows) as records
    from file_seen join file as f using (file_id) join file_rule using (file_id)
    where file_seen.run_id = :run_id and rule_id = '{_MODIFIER}'
    group by f.source, f.sender, f.file_name, column_name
    order by records desc, f.source, f.sender, f.file_name, column_name"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """``counts``: columns by source, format and handling word; ``generalised``, ``free_text``: by file."""

    counts: Rows
    generalised: Rows
    free_text: Rows
    free_text_elements: int
    stripped: Rows
    modifiers: Rows

    def attention(self) -> Iterator[Attention]:
        """Senders whose records carry what nobody here knows the meaning of."""
        if self.stripped:
            extensions = sum(row["extensions"] for row in self.stripped)
            yield Attention(
                LOOK, SECTION, f"Unknown FHIR extensions that were taken off: {extensions:,} "
                f"(kinds: {len(self.stripped)}). Ask the senders what they say.",
            )  # fmt: skip
        if self.modifiers:
            records = sum(row["records"] for row in self.modifiers)
            yield Attention(
                LOOK, SECTION, f"FHIR records refused for an extension that changes their meaning: "
                f"{records:,}. Ask the senders.",
            )  # fmt: skip


def read(release: Release) -> Treatment:
    """The register as it stands, and what the run's files had that it does not know."""
    entries = effective_register()
    return Treatment(
        counts=_counts(entries),
        generalised=_columns(entries, Handling.GENERALISE), free_text=_columns(entries, Handling.FREE_TEXT),
        free_text_elements=len({
            (entry.file_name, entry.column_name)
            for entry in entries
            if entry.layer == FHIR and entry.handling is Handling.FREE_TEXT
        }),
        stripped=release.rows(_STRIPPED), modifiers=release.rows(_MODIFIERS),
    )  # fmt: skip


def _counts(entries: tuple[Entry, ...]) -> Rows:
    """Received columns and elements by word, and at the end what the products may hold."""
    received = [entry for entry in entries if entry.layer != PSEUDONYMISED]
    found = Counter((entry.source, entry.format, entry.handling) for entry in received)
    places = dict.fromkeys((source, format_) for source, format_, _ in found)
    rows = [
        {
            "source": source,
            "format": format_,
            **{word.value: found[source, format_, word] for word in Handling},
        }
        for source, format_ in places
    ]
    leaves = Counter(entry.handling for entry in entries if _leaves(entry))
    last = {"source": "what leaves, under pseudonyms", "format": "any"}
    return [*rows, last | {word.value: leaves[word] for word in Handling}]


def _leaves(entry: Entry) -> bool:
    """Columns of the pseudonymised zone, which are the same for every source: one stands for all."""
    return entry.layer == PSEUDONYMISED and entry.source in ("gp", LINKED)


def _columns(entries: tuple[Entry, ...], word: Handling) -> Rows:
    """Columns of the senders' files with that word: a row a file, and what they become."""
    files: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        if entry.layer == NATIVE and entry.handling is word:
            files.setdefault((entry.source, entry.format, entry.file_name), []).append(entry)
    return [
        {"source": source, "format": format_, "file": file, "columns": _names(own), "becomes": _becomes(own)}
        for (source, format_, file), own in files.items()
    ]


def _names(entries: list[Entry]) -> str:
    return ", ".join(entry.column_name for entry in entries)


def _becomes(entries: list[Entry]) -> str:
    leaving = dict.fromkeys(name.partition(".")[2] for entry in entries for name in entry.leaves_as)
    return ", ".join(name.replace("_", " ") for name in leaving) or "nothing"

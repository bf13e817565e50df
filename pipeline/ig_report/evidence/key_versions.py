"""Which keys the pseudonyms are made with, by public id; a key itself is nowhere on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.audit_log import Entry
from pipeline.ig_report.attention import ACT, LOOK, UNKNOWN, Attention
from pipeline.ig_report.release import Release, Row, Rows

SECTION = "keys"
_ROTATIONS = """
    select r.run_id, product, base_run_id, old_key_id, new_key_id, r.outcome, run.started_at
    from key_rotation as r left join run on run.run_id = r.run_id order by run.started_at"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyVersions:
    """``keys``: every version in use or retired, ``is_of_release`` where this release was made with it.

    ``roots``: every replacement of the root, by the audit log.
    """

    keys: Rows
    rotations: Rows
    roots: Rows
    is_production: bool

    def attention(self) -> Iterator[Attention]:
        """Keys that are not known, made for development, replaced since, or half replaced."""
        if not self.keys:
            yield Attention(UNKNOWN, SECTION, "The keys could not be read, so their versions are not known.")
        if any(row["is_development"] for row in self.keys):
            level, more = (ACT, "") if self.is_production else (LOOK, ": right for made-up people only")
            yield Attention(level, SECTION, f"The keys were made for development{more}.")
        for row in self.keys:
            if row["is_of_release"] and row["retired_at"] and _product(row):
                yield Attention(
                    LOOK, SECTION, f"{row['purpose']} has another key since: this release is withdrawn."
                )
        for purpose in self._waiting():
            yield Attention(
                LOOK,
                SECTION,
                f"The root key was replaced, and {purpose} is not made again yet: that is to follow at once.",
            )
        for row in self.rotations:
            if row["outcome"] == "running":
                yield Attention(
                    LOOK, SECTION, f"A new key for {row['product']} was begun and is not in use yet."
                )

    def _waiting(self) -> list[str]:
        """Products whose key in use is older than the root."""
        since = max((str(row["at"]) for row in self.roots if row["is_in_use"]), default="")
        return [
            _product(row).replace("_", " ")
            for row in self.keys
            if _product(row) and not row["retired_at"] and str(row["made_at"]) < since
        ]


def read(release: Release, keys: Rows, entries: Sequence[Entry]) -> KeyVersions:
    """``keys`` are the rows of ``wsic keys list``; who ordered a rotation comes from the audit log."""
    used = {word for word in str(release.run["key_ids"] or "").split() if "=" in word}
    return KeyVersions(
        keys=[
            {
                **row,
                "is_of_release": f"{row['purpose']}={row['key_id']}" in used,
            }
            for row in keys
        ],
        rotations=[{**row, **_ordered(row, entries)} for row in release.rows(_ROTATIONS)],
        roots=_roots(entries),
        is_production=release.settings.is_production,
    )


def _roots(entries: Sequence[Entry]) -> Rows:
    """Who replaced which root by which, and why; ``is_in_use``: the log says that it came to that."""
    taken = {str(entry.details["key_id"]) for entry in entries if entry.act == "root_in_use"}
    return [
        {
            "at": entry.at, "by": entry.actor, "reason": entry.details["reason"],
            "old": entry.details["old_key_id"], "new": entry.details["key_id"],
            "is_in_use": str(entry.details["key_id"]) in taken,
        }
        for entry in entries
        if entry.act == "root_replaced"
    ]  # fmt: skip


def _ordered(rotation: Row, entries: Sequence[Entry]) -> Row:
    """Who ordered the rotation, and when; not known where the log has no entry of it."""
    for entry in entries:
        if entry.act == "keys_rotated" and entry.details.get("run_id") == rotation["run_id"]:
            return {"at": entry.at, "by": entry.actor}
    return {"at": rotation["started_at"], "by": None}


def _product(row: Row) -> str:
    """The product that the key makes pseudonyms of; nothing for another key."""
    kind, _, product = str(row["purpose"]).partition(":")
    return product if kind == "product" else ""

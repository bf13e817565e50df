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
    """``keys``: every version in use or retired, ``is_of_release`` where this release was made with it."""

    keys: Rows
    rotations: Rows
    is_production: bool

    def attention(self) -> Iterator[Attention]:
        """Keys that are not known, made for development, replaced since, or half replaced."""
        if not self.keys:
            yield Attention(UNKNOWN, SECTION, "The keys could not be read, so their versions are not known.")
        if any(row["is_development"] for row in self.keys):
            level, more = (ACT, "") if self.is_production else (LOOK, ": right for made-up people only")
            yield Attention(level, SECTION, f"The keys were made for development{more}.")
        for row in self.keys:
            if row["is_of_release"] and row["retired_at"]:
                yield Attention(
                    LOOK, SECTION, f"{row['purpose']} has another key since: this release is withdrawn."
                )
        for row in self.rotations:
            if row["outcome"] == "running":
                yield Attention(
                    LOOK, SECTION, f"A new key for {row['product']} was begun and is not in use yet."
                )


def read(release: Release, keys: Rows, entries: Sequence[Entry]) -> KeyVersions:
    """``keys`` are the rows of ``wsic keys list``; who ordered a rotation comes from the audit log."""
    used = {word for word in str(release.run["key_ids"] or "").split() if "=" in word}
    return KeyVersions(
        keys=[{**row, "is_of_release": f"{row['purpose']}={row['key_id']}" in used} for row in keys],
        rotations=[{**row, **_ordered(row, entries)} for row in release.rows(_ROTATIONS)],
        is_production=release.settings.is_production,
    )


def _ordered(rotation: Row, entries: Sequence[Entry]) -> Row:
    """Who ordered the rotation, and when; not known where the log has no entry of it."""
    for entry in entries:
        if entry.act == "keys_rotated" and entry.details.get("run_id") == rotation["run_id"]:
            return {"at": entry.at, "by": entry.actor}
    return {"at": rotation["started_at"], "by": None}

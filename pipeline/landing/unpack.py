"""Files that came compressed: gzip around one file, zip around any number of them.

Both are checked to their end and checksum. A zip stands for its members: each is a received file under its
own name, so that one that was sent plain before is known again.
"""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from pipeline.landing.scan import UnreadableError

ARCHIVE = ".zip"
_BLOCK = 1 << 22
_MEMBERS_AT_MOST = 100_000
_TIMES_AT_MOST = 2_000  # DEFLATE cannot exceed 1,032 to 1; a list of members that claims more is made up
_BROKEN = "its compression is broken or it was cut short"


def gunzipped(path: Path, name: str, work: Path) -> Path:
    """The file itself, or a working copy of one named ``.gz`` without its compression.

    The readers take a cut or broken gzip file for a short one (measured on DuckDB 1.5.5); Python's checks its
    end and its checksum. Raises :class:`UnreadableError` where that fails.
    """
    if not name.lower().endswith(".gz"):
        return path
    target = work / "unpacked"
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, _BLOCK)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UnreadableError(_BROKEN) from None
    return target


def members(path: Path, into: Path) -> list[Path]:
    """Unpack the files of a zip into the folder ``into``, under their names without folders.

    Raises :class:`UnreadableError` for an archive that is broken, encrypted, holds two files of one name or
    another archive, or unpacks to more than the disk has room for.
    """
    into.mkdir(mode=0o700)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if _is_file(entry)]
            _require_sound(path, entries, into)
            for entry in entries:
                with archive.open(entry) as packed, (into / _name(entry)).open("wb") as plain:
                    shutil.copyfileobj(packed, plain, _BLOCK)
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, ValueError) as error:
        raise UnreadableError(str(error) if isinstance(error, UnreadableError) else _BROKEN) from None
    return sorted(into.iterdir())


def _is_file(entry: zipfile.ZipInfo) -> bool:
    """Not a folder, nor what file managers leave behind."""
    return not entry.is_dir() and not _name(entry).startswith(".") and "__MACOSX/" not in entry.filename


def _name(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename.replace("\\", "/")).name


def _require_sound(path: Path, entries: list[zipfile.ZipInfo], into: Path) -> None:
    names = [_name(entry).lower() for entry in entries]
    size = sum(entry.file_size for entry in entries)
    if not entries or len(entries) > _MEMBERS_AT_MOST:
        raise UnreadableError("an archive of no files, or of too many")
    if len(set(names)) < len(names) or not all(names):
        raise UnreadableError("two files of the archive have one name")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableError("the archive is encrypted")
    if any(name.endswith(ARCHIVE) for name in names):
        raise UnreadableError("the archive holds another archive")
    if size > path.stat().st_size * _TIMES_AT_MOST or size > shutil.disk_usage(into).free:
        raise UnreadableError("the archive unpacks to more than there is room for")

"""Every form in which a key could lie about: raw, hexadecimal, base64, or as DuckDB prints the bytes."""

from __future__ import annotations

import base64
import gc
from collections.abc import Iterable
from pathlib import Path

from pipeline.keys import PURPOSES, KeyRing


def all_keys(ring: KeyRing, root: str) -> dict[str, bytes]:
    """The root and every key of the ring, and the two padded forms of each that an HMAC computes with."""
    keys = {"root": bytes.fromhex(root)} | {purpose: bytes(ring.key(purpose)) for purpose in PURPOSES}
    padded = {
        f"{name} ^ {pad:02x}": bytes(byte ^ pad for byte in key)
        for name, key in keys.items()
        for pad in (0x36, 0x5C)
    }
    return keys | padded


def forms(key: bytes) -> set[bytes]:
    """The key as bytes, as digits in both cases, as both alphabets of base64 with and without fill."""
    digits = key.hex()
    spelled = {digits, digits.upper(), printed_by_duckdb(key), repr(key)[2:-1]}
    for text in (key, digits.encode(), digits.upper().encode()):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            spelled.add(encode(text).decode().rstrip("="))
    return {key, *(text.encode() for text in spelled)}


def printed_by_duckdb(key: bytes) -> str:
    """A BLOB in a plan or a result: letters as they are, other bytes as ``\\xHH``."""
    plain = set(range(32, 127)) - set(b"\\'\"")
    return "".join(chr(byte) if byte in plain else f"\\x{byte:02X}" for byte in key)


def found_in(text: bytes, keys: dict[str, bytes]) -> list[str]:
    """Names of the keys that ``text`` holds in any form, also where JSON has doubled the backslashes."""
    single = text.replace(b"\\\\", b"\\")
    return [name for name, key in keys.items() if any(form in text or form in single for form in forms(key))]


def files_of(home: Path) -> list[Path]:
    """All files below ``home``, once connections that nobody uses any more have closed their logs."""
    gc.collect()
    return [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]


def files_holding(home: Path, keys: dict[str, bytes], *, but: Iterable[Path] = ()) -> list[str]:
    """Files below ``home`` that hold a key in any form; ``but`` are those that may."""
    allowed = set(but)
    return [
        f"{path.relative_to(home)}: {found}"
        for path in files_of(home)
        if path not in allowed and (found := found_in(path.read_bytes(), keys))
    ]

"""The root from ``keys/root.key``: two TOML entries, ``kind`` (development or deployment) and ``root``."""

from __future__ import annotations

import secrets
import tomllib
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.keys import private_file
from pipeline.keys.provider.root import FORM, Root, parse_root
from pipeline.keys.register import require_nothing_linked
from pipeline.keys.secret import Secret
from pipeline.settings import Settings
from pipeline.zones import Zones

FILE_NAME = "root.key"
KINDS = ("deployment", "development")


def is_there(settings: Settings) -> bool:
    """Whether there is such a file, or a link of its name."""
    path = _path(settings)
    return path.exists() or path.is_symlink()


def read_or_make(settings: Settings) -> Root:
    """The root of the file; the first use of a deployment makes a development root, never in production."""
    if not is_there(settings):
        if settings.is_production:
            raise SetupError(f"no root key, and WSIC_ENV is production; {FORM}")
        require_nothing_linked(settings, f"the root key of the identity vault (keys/{FILE_NAME}) is gone")
        text = f'kind = "development"\nroot = "{secrets.token_hex(32)}"\n'
        private_file.create(_path(settings), text)
    return _parse(private_file.read(_path(settings)))


def _path(settings: Settings) -> Path:
    return Zones(settings.home).keys / FILE_NAME


def _parse(text: Secret) -> Root:
    kind, root = _entries(text)
    if kind not in KINDS:
        raise SetupError(f"keys/{FILE_NAME}: kind is not known; valid: {', '.join(KINDS)}")
    key = parse_root(root, f"keys/{FILE_NAME}")
    return Root(provider="file", is_development=kind == "development", key=key)


def _entries(text: Secret) -> tuple[str, Secret]:
    """``kind`` and ``root``; what stands in the file is in no variable that a traceback could show."""
    try:
        return (lambda raw: (str(raw["kind"]), Secret(str(raw["root"]).encode())))(
            tomllib.loads(text.decode())
        )
    except (ValueError, KeyError):
        raise SetupError(f"keys/{FILE_NAME} is not readable; valid: the entries kind and root") from None


def _hidden(raw: dict[str, object]) -> tuple[str, Secret]:
    return str(raw["kind"]), Secret(str(raw["root"]).encode())

"""The root from ``keys/root.key``: two TOML entries, ``kind`` (development or deployment) and ``root``.

The root that `wsic keys rotate --root` changes to is a file of the same form beside it, ``next-root.key``.
"""

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

PROVIDER = "file"
FILE_NAME = "root.key"
NEXT_FILE_NAME = "next-root.key"
KINDS = ("deployment", "development")


def is_there(settings: Settings) -> bool:
    """Whether there is such a file, or a link of its name."""
    path = _path(settings)
    return path.exists() or path.is_symlink()


def read_or_make(settings: Settings) -> Root:
    """The root of the file; the first use of a deployment makes a development root, never in production."""
    if not is_there(settings):
        require_makeable(settings)
        private_file.create(_path(settings), _development())
    return _parse(private_file.read(_path(settings)))


def require_makeable(settings: Settings) -> None:
    """Raise :class:`SetupError` where no development root may be made: in production, or beside a vault."""
    if settings.is_production:
        raise SetupError(f"no root key, and WSIC_ENV is production; {FORM}")
    require_nothing_linked(settings, f"the root key of the identity vault (keys/{FILE_NAME}) is gone")


def read_next(settings: Settings) -> Root | None:
    """The next root, where there is a file of one."""
    path = _next_path(settings)
    if not path.exists() and not path.is_symlink():
        return None
    return _parse(private_file.read(path), NEXT_FILE_NAME)


def make_next(settings: Settings) -> Root:
    """The next root of a development deployment, made here; production is given its own."""
    if settings.is_production or not read_or_make(settings).is_development:
        raise SetupError(
            f"there is no keys/{NEXT_FILE_NAME}: make the next root as docs/keys.md says, and put it "
            f"there in the form of keys/{FILE_NAME}, of mode 0600"
        )
    private_file.create(_next_path(settings), _development())
    return _parse(private_file.read(_next_path(settings)), NEXT_FILE_NAME)


def put_next_in_place(settings: Settings) -> None:
    """Once the next root is the one in use: overwrite the old one, and give its file's name to the next."""
    private_file.supersede(_path(settings), _next_path(settings))


def _development() -> str:
    return f'kind = "development"\nroot = "{secrets.token_hex(32)}"\n'


def _next_path(settings: Settings) -> Path:
    return Zones(settings.home).keys / NEXT_FILE_NAME


def _path(settings: Settings) -> Path:
    return Zones(settings.home).keys / FILE_NAME


def _parse(text: Secret, name: str = FILE_NAME) -> Root:
    kind, root = _entries(text, name)
    if kind not in KINDS:
        raise SetupError(f"keys/{name}: kind is not known; valid: {', '.join(KINDS)}")
    key = parse_root(root, f"keys/{name}")
    return Root(provider=PROVIDER, is_development=kind == "development", key=key)


def _entries(text: Secret, name: str) -> tuple[str, Secret]:
    """``kind`` and ``root``; what stands in the file is in no variable that a traceback could show."""
    try:
        return (lambda raw: (str(raw["kind"]), Secret(str(raw["root"]).encode())))(
            tomllib.loads(text.decode())
        )
    except (ValueError, KeyError):
        raise SetupError(f"keys/{name} is not readable; valid: the entries kind and root") from None


def _hidden(raw: dict[str, object]) -> tuple[str, Secret]:
    return str(raw["kind"]), Secret(str(raw["root"]).encode())

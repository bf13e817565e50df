"""Opens the file system of a feed's URL, with its secrets, and refuses what would be unsafe to speak to.

Which protocols there are is fsspec's; which of them can be spoken is a matter of what the operator has
installed.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import fsspec
from fsspec.registry import known_implementations

from pipeline.errors import SetupError, one_of
from pipeline.fetch.feed_file import Feed
from pipeline.fetch.place import ReadKey
from pipeline.fetch.store.faults import classified
from pipeline.fetch.store.host_keys import known_hosts_only
from pipeline.settings import Settings

LINKS = frozenset({"file", "local", "sftp", "ssh", "smb"})  # file systems in which a name may lead elsewhere
FOLDERS = frozenset(
    {*LINKS, "ftp", "webdav", "hdfs", "webhdfs", "http", "https"}
)  # a folder is there, or not
_SSH = frozenset({"sftp", "ssh"})
# They stand before another file system, keep copies of it outside our zones, run code, or read no store.
_NO_STORES = frozenset(
    "async_wrapper asyncwrapper asynclocal blockcache cached dask data dir filecache generic jlab jupyter "
    "libarchive pyscript reference simplecache tar wandb zip".split()
)
_PLAIN = frozenset({"ftp", "http", "webhdfs", "hdfs", "arrow_hdfs"})  # the way is not encrypted
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECRET = re.compile(
    r"secret|passw|token|credential|sas|connection_string|passphrase|pwd|(^|_)key$|^key|auth", re.IGNORECASE
)
_NO_SECRET = frozenset({"key_filename", "host_key_policy"})  # says where a key lies; whom to trust
# Their errors go the way of all errors. What they log beside it names files, at every level.
_TALKATIVE = (
    "fsspec", "s3fs", "adlfs", "gcsfs", "botocore", "aiobotocore", "azure", "google", "paramiko", "smbclient",
    "smbprotocol", "spnego",
)  # fmt: skip
# What these switch off: encryption, or looking at the certificate of whoever answers.
_CHECKED_WAY = frozenset({"use_ssl", "ssl", "verify", "verify_ssl", "encrypt"})
_PLAIN_WAY = re.compile(r"http://(?:\[([^\]]*)\]|([^/:;\s]*))", re.IGNORECASE)
_PLAIN_AZURE = re.compile(r"DefaultEndpointsProtocol=http(;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reached:
    """An open file system (fsspec's) and the path of the feed's folder in it."""

    files: Any
    root: str
    protocol: str

    def close(self) -> None:
        """End a connection of SSH or SMB; the other file systems hold none open, or end it themselves."""
        if self.protocol in _SSH:
            self.files.client.close()
        elif self.protocol == "smb":
            self.files.close()


def reach(settings: Settings, feed: Feed, read_key: ReadKey) -> Reached:
    """Open the store of a feed; raises :class:`SetupError` naming what is wrong and what would be valid."""
    protocol, kind, options = prepare(settings, feed, read_key)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    said = kind._get_kwargs_from_urls(feed.url)
    with classified():
        files = kind(**{**said, **options}, skip_instance_cache=True)
        root = str(kind._strip_protocol(feed.url)).rstrip("/")
    return Reached(files, root, protocol)


def prepare(settings: Settings, feed: Feed, read_key: ReadKey) -> tuple[str, Any, dict[str, Any]]:
    """Protocol, class of the file system and its options, secrets among them; speaks to nobody.

    Raises as :func:`reach` does.
    """
    protocol = _protocol(settings, feed)
    kind = _kind(feed, protocol)
    options = {**_open_options(settings, feed), **_secret_options(settings, feed, read_key)}
    if protocol in _SSH:
        options["host_key_policy"] = known_hosts_only(options.pop("known_hosts", ""))
    if protocol == "smb" and not _is_here(settings, feed):
        options["encrypt"] = True
    return protocol, kind, options


def _protocol(settings: Settings, feed: Feed) -> str:
    """The protocol of a URL that may be spoken to at all."""
    where, valid = f"{feed.name}: url", "file:///…, s3://…, abfs://…, sftp://…"
    protocol, found, _ = feed.url.partition("://")
    if not found or "::" in feed.url:
        raise SetupError(f"{where} is not one of one file system; valid: {valid}")
    if protocol in _NO_STORES or (protocol == "memory" and settings.is_production):
        raise SetupError(f"{where}: {protocol} is no store that files come from; valid: {valid}")
    try:
        parts = urlsplit(feed.url)
    except ValueError:
        raise SetupError(f"{where} is not in form; valid: {valid}") from None
    if parts.password is not None:
        raise SetupError(f"{where} holds a password; valid: a file of keys/ that `credentials` names")
    if protocol in _PLAIN and not _is_here(settings, feed):
        raise SetupError(f"{where}: {protocol} is not encrypted; valid: https, sftp, s3, abfs, …")
    return protocol


def _is_here(settings: Settings, feed: Feed) -> bool:
    """Whether the server is this machine, in development: only then the way may be plain."""
    return urlsplit(feed.url).hostname in _LOOPBACK and not settings.is_production


def _kind(feed: Feed, protocol: str) -> Any:
    """The class of the file system, where its package is installed."""
    known = {*known_implementations, *fsspec.available_protocols()} - _NO_STORES
    if protocol not in known:
        raise SetupError(f"{feed.name}: url: " + one_of("protocol", protocol, known))
    try:
        return _own_class(protocol) or fsspec.get_filesystem_class(protocol)
    except ImportError:
        said = known_implementations.get(protocol, {}).get("err", "")
        raise SetupError(
            f"{feed.name}: url: {protocol} needs a package that is not installed; add it to the environment, "
            f"with its hashes as all others" + (f" ({said.rstrip('.')})" if said else "")
        ) from None


def _own_class(protocol: str) -> Any:
    """Where the class that fsspec would give is not the one to use."""
    if protocol == "smb":
        return import_module("pipeline.fetch.store.share").Share
    if protocol in ("abfs", "abfss", "az"):
        return import_module("pipeline.fetch.store.container").Container
    if protocol in ("gs", "gcs"):
        # gcsfs's other class first asks a second service, at an address that `endpoint_url` does not say.
        return import_module("gcsfs.core").GCSFileSystem
    return None


def _open_options(settings: Settings, feed: Feed) -> Mapping[str, Any]:
    """What the operator's file says to the file system; anybody who reads that file may know it."""
    for name, value in _flat(feed.options):
        if _SECRET.search(name) and name not in _NO_SECRET:
            raise SetupError(
                f"{feed.name}: options: {name} may be a secret; valid: in a file of keys/ that `credentials` "
                "names"
            )
        _require_encrypted(settings, feed, name, value)
    return feed.options


def _require_encrypted(settings: Settings, feed: Feed, name: str, value: object) -> None:
    """No option may lead over a plain way, or to a server whose certificate nobody looks at."""
    if value is False and name in _CHECKED_WAY and not _is_here(settings, feed):
        raise SetupError(f"{feed.name}: options: {name} = false is not safe; valid: true")
    if not isinstance(value, str):
        return
    hosts = {six or host for six, host in _PLAIN_WAY.findall(value)}
    is_plain = bool(hosts) or _PLAIN_AZURE.search(value)
    if is_plain and (settings.is_production or not hosts or not hosts <= _LOOPBACK):
        raise SetupError(f"{feed.name}: options: {name} is not encrypted; valid: https://")


def _secret_options(settings: Settings, feed: Feed, read_key: ReadKey) -> dict[str, Any]:
    """What a file of ``keys/`` says to the file system: a TOML table. Its text is in no message."""
    if not feed.credentials:
        return {}
    try:
        secrets = tomllib.loads(read_key(feed.credentials).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SetupError(f'{feed.name}: keys/{feed.credentials} is not TOML; valid: name = "value"') from None
    for name, value in _flat(secrets):
        _require_encrypted(settings, feed, name, value)
    return secrets


def _flat(options: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in options.items():
        yield name, value
        if isinstance(value, Mapping):
            yield from _flat(value)

"""The operator's file of feeds: what is taken, and what is refused with what would be valid."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import fsspec
import pytest

from pipeline.errors import SetupError, UsageError
from pipeline.fetch import load_places, wanted
from pipeline.fetch.feed_file import load_feeds
from pipeline.fetch.store.reach import reach
from pipeline.settings import Settings
from tests.fetch_desk import MESH_FEED, STORE_FEED

MESH, STORE = MESH_FEED, STORE_FEED.format(url="file:///drop")
OTHER = MESH.replace('"practice"', '"other"')
SERVER = """
[[server]]
name = "practice"
source = "acute"
sender = "RYJ"
url = "https://fhir.trust.example/r4"
level = "system"
authorisation = "none"
"""


OPTIONAL = (
    "s3fs", "adlfs", "gcsfs", "paramiko", "smbclient", "smbprotocol", "fsspec.implementations.s",
    "pipeline.fetch.store.share", "pipeline.fetch.store.container",
)  # fmt: skip


class NotInstalled(MetaPathFinder):
    """As if `make stores` had never been said."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname in OPTIONAL[:6]:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def settings(tmp_path: Path, text: str, servers: str = "", **more: Any) -> Settings:
    """A deployment whose files say so."""
    paths = {"feeds": tmp_path / "feeds.toml", "fhir_servers": tmp_path / "fhir-servers.toml"}
    for path, said in zip(paths.values(), (text, servers), strict=True):
        if said:
            path.write_text(said, encoding="utf-8")
            path.chmod(0o600)
    return Settings(home=tmp_path / "home", mesh_mailbox="X26ABC1", **paths, **more)


def test_servers_mailboxes_and_stores_are_places(tmp_path: Path) -> None:
    second = (
        OTHER.replace("X26OT101", "X26OT102") + MESH.replace('"practice"', '"third"') + 'mailbox = "X26ABC9"'
    )
    found = load_places(settings(tmp_path, MESH + second + STORE, SERVER.replace("practice", "north")))
    assert [(place.name, place.transport, [feed.name for feed in place.feeds]) for place in found] == [
        ("north", "bulk", ["north"]),
        ("mesh-x26abc1", "mesh", ["practice", "other"]),
        ("mesh-x26abc9", "mesh", ["third"]),
        ("drop", "store", ["drop"]),
    ]


def test_feeds_of_a_source_or_of_a_name_are_wanted(tmp_path: Path) -> None:
    other = OTHER.replace('"gp"', '"acute"').replace("X26OT101", "X26OT102")
    found = settings(tmp_path, MESH + other + STORE)
    assert [names for _, names in wanted(found, source="acute")] == [{"other"}]
    assert [names for _, names in wanted(found, name="drop")] == [{"drop"}]
    assert [names for _, names in wanted(found)] == [{"practice", "other"}, {"drop"}]
    with pytest.raises(UsageError, match="feed 'dorp' is not known; valid: drop, other, practice"):
        list(wanted(found, name="dorp"))


def test_without_a_file_nothing_is_fetched(tmp_path: Path) -> None:
    assert load_places(settings(tmp_path, "")) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MESH.replace('"gp"', '"dentistry"'), "source 'dentistry' is not known; valid: acute"),
        (MESH.replace('"mesh"', '"pigeon"'), "transport 'pigeon' is not known; valid: mesh, store"),
        (
            MESH + 'extract_date = "folder"',
            "extract_date is not in form; valid: sent or name at transport mesh",
        ),
        (MESH + 'password = "x"', "field 'password' is not known"),
        (MESH.replace('["X26OT101"]', "[]"), "workflows, from_mailboxes is not in form; valid: one or more"),
        (
            MESH.replace("X26OT101", "x26-ot101"),
            "mailbox, from_mailboxes is not in form; valid: capital letters",
        ),
        (MESH.replace("WSIC_RETURNS", "SPINE_NTT_UPHOLDING"), "valid: others than SPINE_NTT_UPHOLDING"),
        (MESH + 'url = "file:///x"', "url, files is not in form; valid: at transport store"),
        (MESH + 'move_to = "x"', "options, credentials, move_to is not in form"),
        (MESH + MESH, "two feeds have the same name"),
        (MESH + OTHER, "two feeds take one workflow of one sender's mailbox"),
        (STORE + 'workflows = ["A"]', "none at store"),
        (STORE.replace('"file:///drop"', '""'), "url, files is not in form"),
        (STORE.replace("**/*.csv", "../*.csv"), "files is not in form; valid: globs below the url"),
        (STORE + 'move_to = "../x"', "move_to is not in form; valid: a folder below the url"),
        (STORE + 'credentials = "../x"', "credentials is not in form; valid: the name of a file in keys/"),
        (
            STORE + 'complete_when = "soon"',
            "complete_when 'soon' is not known; valid: manifest, marker, stable",
        ),
        (STORE + 'options = "x"', "options must be a table"),
        (STORE + "marker = 1", "marker must be text"),
        ("feed = 1", "holds other things than [[feed]]"),
        ("[[feed]", "is not TOML"),
    ],
)
def test_an_entry_that_is_wrong_is_refused_with_what_is_valid(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SetupError) as refused:
        load_feeds(settings(tmp_path, text))
    assert said in str(refused.value)


def test_a_name_stands_in_one_file_only(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"practice is a server of fhir-servers\.toml, too"):
        load_places(settings(tmp_path, MESH, SERVER))


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    found = settings(tmp_path, MESH)
    found.feeds.chmod(0o666)
    with pytest.raises(SetupError, match="can be written by others"):
        load_feeds(found)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("carrier-pigeon://loft", "protocol 'carrier-pigeon' is not known; valid: .*s3, .*sftp"),
        ("simplecache::s3://bucket/x", "is not one of one file system; valid: file:///"),
        ("filecache://x", "filecache is no store that files come from"),
        ("reference://x", "reference is no store"),
        ("/drop", "is not one of one file system"),
        ("sftp://me:Zyxmarker@host/x", "holds a password; valid: a file of keys/ that `credentials` names"),
        ("ftp://host/x", "ftp is not encrypted; valid: https, sftp"),
        ("http://host/x", "http is not encrypted"),
    ],
)
def test_a_url_that_cannot_be_reached_is_refused_with_what_is_valid(
    tmp_path: Path, url: str, said: str
) -> None:
    found = settings(tmp_path, STORE.replace("file:///drop", url))
    (feed,) = load_feeds(found)
    with pytest.raises(SetupError, match=said) as refused:
        reach(found, feed, lambda name: b"")
    assert "Zyxmarker" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("s3://bucket/x", "s3fs"), ("abfs://box@account/x", "adlfs"), ("gs://bucket/x", "gcsfs"),
        ("sftp://host/x", "paramiko"), ("smb://host/share/x", "smbprotocol"),
    ],
)  # fmt: skip
def test_a_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, package: str
) -> None:
    """Also where `make stores` has installed it: nothing that is imported already is looked at."""
    protocol = url.partition(":")[0]
    for name in [name for name in sys.modules if name.startswith(OPTIONAL)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(import_module("fsspec.registry")._registry, protocol, raising=False)
    monkeypatch.setattr(sys, "meta_path", [NotInstalled(), *sys.meta_path])
    found = settings(tmp_path, STORE.replace("file:///drop", url))
    (feed,) = load_feeds(found)
    with pytest.raises(SetupError, match=f"{protocol} needs a package that is not installed.*{package}"):
        reach(found, feed, lambda name: b"")


def test_production_reads_no_store_in_memory(tmp_path: Path) -> None:
    found = settings(tmp_path, STORE.replace("file:///drop", "memory://x"))
    (feed,) = load_feeds(found)
    assert reach(found, feed, lambda name: b"").protocol == "memory"
    with pytest.raises(SetupError, match="memory is no store"):
        reach(replace(found, env="production"), feed, lambda name: b"")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('secret = "Zyxmarker"', "options: secret may be a secret; valid: in a file of keys/"),
        ('key = "Zyxmarker"', "options: key may be a secret"),
        ('account_key = "Zyxmarker"', "options: account_key may be a secret"),
        ('connection_string = "Zyxmarker"', "connection_string may be a secret"),
        ('sas_token = "Zyxmarker"', "sas_token may be a secret"),
        ('client_kwargs = {aws_secret_access_key = "Zyxmarker"}', "aws_secret_access_key may be a secret"),
        (
            'client_kwargs = {endpoint_url = "http://s3.example"}',
            "endpoint_url is not encrypted; valid: https",
        ),
        ('proxy = "HTTP://[2001:db8::1]:80/"', "proxy is not encrypted"),
        ("use_ssl = false", "use_ssl = false is not safe; valid: true"),
        ("client_kwargs = {verify = false}", "verify = false is not safe"),
        ("encrypt = false", "encrypt = false is not safe"),
    ],
)
def test_a_secret_has_no_place_in_the_file(tmp_path: Path, options: str, said: str) -> None:
    found = settings(tmp_path, f"{STORE}options = {{{options}}}\n")
    (feed,) = load_feeds(found)
    with pytest.raises(SetupError, match=said) as refused:
        reach(found, feed, lambda name: b"")
    assert "Zyxmarker" not in str(refused.value)


@pytest.mark.parametrize(
    "secret",
    [
        'connection_string = "DefaultEndpointsProtocol=http;AccountName=Zyxmarker;AccountKey=x"',
        'connection_string = "BlobEndpoint=http://store.example/Zyxmarker;AccountKey=x"',
        '[token]\ntoken_uri = "http://tokens.example/Zyxmarker"',
    ],
)
def test_a_secret_leads_over_no_plain_way_either(tmp_path: Path, secret: str) -> None:
    found = settings(tmp_path, STORE + 'credentials = "drop.toml"\n')
    (feed,) = load_feeds(found)
    with pytest.raises(SetupError, match="is not encrypted; valid: https") as refused:
        reach(found, feed, lambda name: secret.encode())
    assert "Zyxmarker" not in str(refused.value)


def test_secrets_come_from_a_file_of_keys_and_go_to_the_file_system_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    class Store(fsspec.AbstractFileSystem):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            given.update(options)

    monkeypatch.setattr(fsspec, "get_filesystem_class", lambda protocol: Store)
    found = settings(tmp_path, STORE + 'credentials = "drop.toml"\noptions = {region = "eu-west-2"}\n')
    (feed,) = load_feeds(found)
    reach(found, feed, {"drop.toml": b'secret = "Zyxmarker"'}.__getitem__)
    assert given == {"region": "eu-west-2", "secret": "Zyxmarker"}
    with pytest.raises(SetupError, match=r"keys/drop\.toml is not TOML") as refused:
        reach(found, feed, {"drop.toml": b"Zyxmarker"}.__getitem__)
    assert "Zyxmarker" not in str(refused.value)

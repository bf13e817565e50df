"""The operator's file of servers: what is taken, and what is refused with what would be valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.fhir.shapes import SHAPES
from pipeline.errors import SetupError, UsageError
from pipeline.fetch.bulk import load_servers, server_named
from pipeline.settings import Settings

SOUND = """
[[server]]
name = "north"
source = "acute"
sender = "RYJ"
url = "https://fhir.trust.example/r4"
level = "group"
group = "wsic"
client_id = "wsic-load"
key = "north.pem"
"""


def settings(tmp_path: Path, text: str) -> Settings:
    """A deployment whose file of servers says so."""
    path = tmp_path / "fhir-servers.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return Settings(home=tmp_path / "home", fhir_servers=path)


def test_a_sound_entry_asks_for_what_is_landed(tmp_path: Path) -> None:
    (server,) = load_servers(settings(tmp_path, SOUND))
    assert server.types == tuple(SHAPES)
    assert (server.level, server.group, server.scope) == ("group", "wsic", "system/*.rs")
    assert server_named(settings(tmp_path, SOUND), "north") == server


def test_without_a_file_there_is_no_server(tmp_path: Path) -> None:
    nowhere = Settings(home=tmp_path, fhir_servers=tmp_path / "none.toml")
    assert load_servers(nowhere) == ()
    with pytest.raises(UsageError, match=r"docs/fhir-bulk\.md"):
        server_named(nowhere, "north")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SOUND.replace('"acute"', '"dentistry"'), "source 'dentistry' is not known; valid: acute"),
        (SOUND.replace('"group"', '"world"'), "level 'world' is not known; valid: group, patient, system"),
        (SOUND + 'types = ["Binary"]', "types 'Binary' is not known; valid: AllergyIntolerance"),
        (SOUND + 'authorisation = "basic"', "authorisation 'basic' is not known"),
        (SOUND + 'password = "x"', "field 'password' is not known"),
        (SOUND.replace('group = "wsic"\n', ""), "group is not in form"),
        (SOUND.replace('key = "north.pem"\n', ""), "client_id and key is not in form"),
        (SOUND.replace("north.pem", "../north.pem"), "key, other_keys is not in form"),
        (SOUND.replace('level = "group"\n', ""), "level must be said"),
        (SOUND + "parallel = 0", "parallel is not in form; valid: 1 to 16"),
        (SOUND + "overlap_minutes = -1", "overlap_minutes must be a whole number"),
        (SOUND + "overlap_minutes = true", "overlap_minutes must be a whole number"),
        (SOUND + 'file_hosts = "x"', "file_hosts must be a list of texts"),
        (SOUND + SOUND, "two servers have the same name"),
        (SOUND + SOUND.replace('"north"', '"south"'), "two servers have the same feed"),
        ("server = 1", "holds other things than"),
        ("[[server]", "is not TOML"),
    ],
)
def test_an_entry_that_is_wrong_is_refused_with_what_is_valid(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SetupError) as refused:
        load_servers(settings(tmp_path, text))
    assert said in str(refused.value)


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    found = settings(tmp_path, SOUND)
    found.fhir_servers.chmod(0o666)
    with pytest.raises(SetupError, match="can be written by others"):
        load_servers(found)

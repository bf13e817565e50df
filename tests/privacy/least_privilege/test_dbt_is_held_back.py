"""What needs pseudonyms only can open nothing else: dbt itself, and a probe that is started as dbt is.

By Landlock alone (same account), by another account alone (Landlock open), and by both, as a night does it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.zones import PRIVATE
from tests.privacy.least_privilege.confined_scenario import KNOWN, OTHER, PRODUCT
from tests.privacy.least_privilege.conftest import USER

CLOSED = ("landing/", "fhir/", "quarantine/", "identity/", "keys/", "audit/", f"pseudonymised/{OTHER}/",
          f"warehouse/{OTHER}.dbt/")  # fmt: skip
ROWS = f"pseudonymised/{PRODUCT}/gp__patients.parquet"


def test_the_probe_opens_everything_where_nothing_holds_it_back(scenario, home: Path) -> None:
    """Without this the tests below could pass on a probe that opens nothing."""
    files = scenario(is_open=True)["probe"]["files"]
    assert [place for place in CLOSED if not any(path.startswith(place) for path in files)] == []
    assert ROWS in files


@pytest.mark.parametrize(
    ("user", "is_open"), [("", False), (USER, True), (USER, False)], ids=["landlock", "account", "both"]
)
def test_a_program_started_as_dbt_opens_its_rows_and_no_more(scenario, user: str, is_open: bool) -> None:
    found = scenario(user=user, is_open=is_open)["probe"]
    assert [path for path in found["files"] if path.startswith(CLOSED)] == []
    assert ROWS in found["files"]
    assert not found["neighbours"]  # nor into the memory or environment of another process
    assert (str(found["uid"]) == USER) == bool(user)


@pytest.mark.parametrize("user", ["", pytest.param(USER, marks=pytest.mark.long)], ids=["landlock", "both"])
def test_dbt_builds_its_models_and_opens_nothing_for_models_that_look_elsewhere(scenario, user: str) -> None:
    found = scenario(user=user, with_dbt=True)
    assert found["own"]["code"] == 0
    assert set(found["own"]["nodes"].values()) == {"success"}
    assert found["own"]["open_still"] == []  # the next product's dbt cannot read this one's rows
    planted = found["planted"]
    assert set(planted["nodes"]) == {"its_rows", "its_environment", "environment_of_the_pipeline", *PRIVATE}
    assert set(planted["read"]) == {"its_rows", "its_environment"}
    assert planted["environment"] == [PRODUCT, "absent"]


def test_an_open_zone_would_be_seen(scenario, home: Path) -> None:
    """The account alone holds back as long as modes do: one zone that stands open is found by the probe."""
    for path in (home / "landing", (home / "landing" / KNOWN).parent):
        path.chmod(0o755)
    (home / "landing" / KNOWN).chmod(0o644)
    try:
        files = scenario(user=USER, is_open=True)["probe"]["files"]
    finally:
        (home / "landing").chmod(0o700)
    assert [path for path in files if path.startswith(CLOSED)] == [f"landing/{KNOWN}"]

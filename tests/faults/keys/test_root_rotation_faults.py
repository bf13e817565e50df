"""A root rotation that is killed at any step is undone or goes on; who has the old root can forge nothing."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit_log, keys
from pipeline.audit_log import heads, signing, verify
from pipeline.audit_log.files import log_files
from pipeline.errors import ChecksRefusedError
from pipeline.identity import Subjects, decide_subjects, pseudonymise
from pipeline.identity.objections.suppressed import find_suppressed
from pipeline.identity.reidentify import subject_report
from pipeline.identity.vault import open_vault
from pipeline.keys import KeyRing, load_keys
from pipeline.ledger import Ledger
from pipeline.run import rotate_root, settle_rotations
from pipeline.run.rotation import root as root_rotation
from pipeline.run.rotation import rotate as rotation
from pipeline.settings import Settings
from tests.audit_desk import fill, lines, recompute, write_lines
from tests.identity_economy import AS_OF, nhs_number
from tests.lasting import one_in
from tests.rotation_home import (
    BASE,
    PEOPLE,
    arming,
    exit_code_of,
    killing,
    make_home,
    parquet_keys,
    served_keys,
    without_dbt,
    zone_keys,
)

ASKED = {"by": "A. Singh", "reason": "the custodian has left"}
ACTING = importlib.import_module("pipeline.audit_log.acting")
REKEY = importlib.import_module("pipeline.identity.vault_rekey")
HANDOVER = importlib.import_module("pipeline.audit_log.handover")
PRIVATE_FILE = importlib.import_module("pipeline.keys.private_file")
REISSUE = importlib.import_module("pipeline.publish.reissue")
# Every call that changes anything, in order. Those after the register was written are armed by it, as they
# are called before that too, when there is nothing to lose.
STEPS: tuple[tuple[object, str, bool], ...] = (
    (ACTING, "append", False),
    (REKEY, "_copy", False),
    (root_rotation.audit_log, "handing_over", False),
    (root_rotation.keys, "change_root", False),
    (root_rotation.identity, "settle_vault", True),
    (root_rotation.keys, "settle_root", True),
    (root_rotation.audit_log, "append", True),
    (rotation.keys, "begin_rotation", True),
    (REISSUE, "exchange", True),
)
CHANGE = 3
# Just before each, which is just after the one before it, and after the last.
CASES = [*((number, "before") for number in range(len(STEPS))), (len(STEPS) - 1, "after")]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("root") / "home").home


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    shutil.copytree(template, tmp_path / "home", symlinks=True)
    return Settings(home=tmp_path / "home", memory_limit="1GB")


def turn_until_killed(settings: Settings, number: int, when: str) -> int:
    place, name, is_armed = STEPS[number]

    def turn(patch: pytest.MonkeyPatch) -> None:
        if is_armed:
            change = arming(keys.change_root, patch, place, name, when)
            patch.setattr(root_rotation.keys, "change_root", change)
        else:
            patch.setattr(place, name, killing(getattr(place, name), when))
        rotate_root(settings, **ASKED)

    return exit_code_of(turn)


@pytest.mark.parametrize(
    ("number", "when"), one_in(6, CASES), ids=[f"{when} {STEPS[n][1]}{n}" for n, when in CASES]
)
def test_killed_anywhere_it_is_undone_or_goes_on(settings: Settings, number: int, when: str) -> None:
    home, old_keys, old_root = settings.home, served_keys(settings.home), load_keys(settings).root_id
    assert turn_until_killed(settings, number, when) == 9
    # Whatever the moment: the keys load, the vault opens, the log holds, one kind of pseudonym is served.
    is_changed = load_keys(settings).root_id != old_root
    assert is_changed == (number > CHANGE)
    with open_vault(settings, load_keys(settings), read_only=True) as connection:
        assert connection.execute("select count(*) from vault.person").fetchone() == (PEOPLE,)
    assert verify(settings).findings == ()
    served = served_keys(home)
    assert served == parquet_keys(home)
    assert served == old_keys or served.isdisjoint(old_keys)
    # The next command that takes the lock leaves no half state, and a night makes what is served.
    ledger = Ledger(home / "audit" / "ledger.sqlite")
    settle_rotations(settings, ledger)
    assert [path.name for path in (home / "identity").glob("vault.duckdb.root-*")] == []
    assert load_keys(settings).root_id != old_root if is_changed else load_keys(settings).root_id == old_root
    pseudonymise(settings, ledger, BASE, "direct_care", AS_OF)
    assert zone_keys(home) == served
    audit_log.append(settings, act="links_exported", actor="A. Clerk")
    assert verify(settings).findings == ()
    # And the same command ends it: with the same new root, if it had been taken into use.
    now = load_keys(settings).root_id
    with without_dbt():
        done = rotate_root(settings, **ASKED)
    assert load_keys(settings).root_id != old_root
    assert served_keys(home).isdisjoint(old_keys)
    assert served_keys(home) == parquet_keys(home) == zone_keys(home)
    assert keys.still_carried(settings) == ()
    if done.is_resumed:
        assert load_keys(settings).root_id == now
    in_use = [entry.details["key_id"] for entry in audit_log.entries(settings, act="root_in_use")]
    assert in_use.count(load_keys(settings).root_id) == 1
    assert verify(settings).findings == ()
    assert {path.name for path in (home / "keys").iterdir()} == {"root.key", "versions.json"}


def test_checks_that_refuse_a_product_leave_it_served_under_its_old_key(settings: Settings) -> None:
    old = served_keys(settings.home)

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ChecksRefusedError("a planted fault")

    with without_dbt() as patch, pytest.raises(ChecksRefusedError):
        patch.setattr(rotation.checks, "run_product_checks", refuse)
        rotate_root(settings, **ASKED)
    assert served_keys(settings.home) == zone_keys(settings.home) == old
    assert keys.still_carried(settings) == ("direct_care",)
    with without_dbt():
        assert rotate_root(settings, **ASKED).is_resumed
    assert served_keys(settings.home).isdisjoint(old)


def test_a_copy_that_is_not_the_vault_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.errors import SetupError

    before, real = load_keys(settings).root_id, REKEY._require_same

    def lose_somebody(connection: Any) -> None:
        connection.execute("delete from rekeyed.person where rowid = 0")
        real(connection)

    monkeypatch.setattr(REKEY, "_require_same", lose_somebody)
    with without_dbt(), pytest.raises(SetupError, match="not what the vault holds; nothing was changed"):
        rotate_root(settings, **ASKED)
    assert load_keys(settings).root_id == before
    (entry,) = audit_log.entries(settings, act="act_failed")
    assert entry.details["error"] == "SetupError"


def turned(settings: Settings) -> KeyRing:
    """Replace the root; returns what whoever has the old one can make of it."""
    old = load_keys(settings)
    with without_dbt():
        rotate_root(settings, **ASKED)
    return old


def sign_anew(settings: Settings, ring: KeyRing, log_id: str, numbers: list[int]) -> None:
    """The checkpoints of the log as the holder of ``ring`` would write them."""
    content, previous, made = lines(settings), b"", []
    for number in numbers:
        covered = b"".join(content[:number])
        entry = json.loads(content[number - 1])
        point = signing.sign(
            ring, previous, log_id=log_id, number=number, hash=entry["hash"], size=len(covered),
            sha256=hashlib.sha256(covered).hexdigest(), at=entry["at"],
        )  # fmt: skip
        made.append(point.line())
        previous = point.line()
    log_files(settings).checkpoints.write_bytes(b"".join(made))


def forget(settings: Settings, log_id: str) -> None:
    """Make the ledger say what the forged log says."""
    ledger = Ledger(settings.home / "audit" / "ledger.sqlite")
    with ledger.transaction() as connection:
        connection.execute("delete from audit_head")
    for line in lines(settings):
        raw = json.loads(line)
        row = {"log_id": log_id, "number": raw["number"], "hash": raw["hash"], "at": raw["at"], "is_late": 0}
        ledger.put("audit_head", [row])


def log_id_of(settings: Settings) -> str:
    return str(json.loads(lines(settings)[0])["details"]["log_id"])


def test_with_the_old_root_nothing_is_signed_behind_the_handover(settings: Settings) -> None:
    old = turned(settings)
    log_id = log_id_of(settings)
    sign_anew(settings, old, log_id, [1, len(lines(settings))])
    assert any("not signed with this deployment's key" in one.what for one in verify(settings).findings)
    with pytest.raises(ChecksRefusedError):
        audit_log.require_intact(settings)


@pytest.mark.parametrize("how", ["cut before the handover", "written anew before the handover"])
def test_with_the_old_root_the_log_cannot_be_written_anew(settings: Settings, how: str) -> None:
    """Log, checkpoints, ledger and public key are all forged to agree: the register of keys knows the end."""
    fill(settings, 3)
    old = turned(settings)
    log_id, content = log_id_of(settings), lines(settings)
    end = load_keys(settings).former_roots[0].log_end.number
    if how.startswith("cut"):
        content = content[: end - 2]
    else:
        gone = next(n for n, line in enumerate(content) if b"opt_out_applied" in line)
        content = recompute(content[:gone] + content[gone + 1 : end])
    for path in (settings.home / "published").glob("*/versions/*.receipt.json"):
        path.unlink()
    write_lines(settings, content)
    sign_anew(settings, old, log_id, [1, len(content)])
    log_files(settings).public_key.write_bytes(signing.as_pem(signing.public_key(old)))
    forget(settings, log_id)
    findings = [one.what for one in verify(settings).findings]
    assert any("at which the root key was replaced" in what for what in findings)
    with pytest.raises(ChecksRefusedError):
        audit_log.require_intact(settings)


def suppressed(settings: Settings) -> set[str]:
    ring = load_keys(settings)
    with open_vault(settings, ring, read_only=True) as connection:
        find_suppressed(connection, ring)
        return {row[0] for row in connection.execute("select person_id from suppressed_person").fetchall()}


def person_ids(settings: Settings) -> dict[str, str]:
    with open_vault(settings, load_keys(settings), read_only=True) as connection:
        rows = connection.execute("select nhs_number, person_id from vault.person").fetchall()
    return dict(rows)


def test_decisions_from_before_count_and_the_latest_word_of_both_roots_does(settings: Settings) -> None:
    ledger = Ledger(settings.home / "audit" / "ledger.sqlite")
    ids = person_ids(settings)
    gone, back, out = (nhs_number(n) for n in (1, 2, 3))

    def decide(act: str, number: str) -> None:
        subjects = Subjects(numbers=(number,), records=())
        decide_subjects(
            settings, ledger, act=act, subjects=subjects, author="A. Clerk", reason="asked for it"
        )

    decide("deleted", gone)
    decide("consent_withdrawn", back)
    decide("consent_withdrawn", out)
    assert suppressed(settings) == {ids[gone], ids[back], ids[out]}
    turned(settings)
    assert suppressed(settings) == {ids[gone], ids[back], ids[out]}
    decide("consent_given", back)
    decide("consent_given", gone)  # a deletion stands
    assert suppressed(settings) == {ids[gone], ids[out]}
    assert person_ids(settings) == ids


def test_the_subject_s_report_tells_what_was_logged_under_either_root(settings: Settings) -> None:
    ledger = Ledger(settings.home / "audit" / "ledger.sqlite")
    number = nhs_number(1)
    for turns in (False, True):
        if turns:
            turned(settings)
        named = list(subject_report(settings, ledger, number).subjects)
        audit_log.append(
            settings, act="subject_report", details={"request_id": "r-0123456789ab", "subjects": named}
        )
    told = subject_report(settings, ledger, number)._told["reidentifications"]
    assert [row["act"] for row in told] == ["subject_report", "subject_report"]
    assert subject_report(settings, ledger, nhs_number(2))._told["reidentifications"] == []


def test_ids_of_parts_are_what_the_next_night_would_give(settings: Settings) -> None:
    """At the strict threshold a part has an id that its anchor and the key make, and so in any night."""
    from pipeline.identity.keyed_hash import keyed

    ring = load_keys(settings)
    with open_vault(settings, ring) as connection, keyed(connection, ring.key("person-id")):
        connection.execute(
            "update vault.record set strict_anchor = 'rec|' || record_id, "
            "strict_person_id = keyed_hash('strict|v1|rec|' || record_id), "
            "loose_anchor = 'rec|x', loose_person_id = 'the id of another person'"
        )
    turned(settings)
    ring = load_keys(settings)
    with open_vault(settings, ring, read_only=True) as connection, keyed(connection, ring.key("person-id")):
        wrong = connection.execute(
            "select count(*) from vault.record "
            "where strict_person_id <> keyed_hash('strict|v1|' || strict_anchor) or"
            " loose_person_id <> 'the id of another person'"
        ).fetchone()
    assert wrong == (0,)


def test_leaks_are_looked_for_under_every_key_there_is(settings: Settings) -> None:
    """While a product waits to be made again, its old key is among what must be published nowhere."""
    carried = load_keys(settings).key("product:direct_care")
    assert turn_until_killed(settings, CHANGE, "after") == 9
    now = keys.derivable(settings)
    assert carried in now
    assert load_keys(settings).former("audit-subject")[0] in now
    assert replace(load_keys(settings)).key("product:direct_care") == carried


def test_the_head_of_the_log_is_known_to_the_ledger_through_it_all(settings: Settings) -> None:
    turned(settings)
    with heads.opened(settings) as ledger:
        known = heads.all_heads(ledger)
    assert [head.number for head in known] == list(range(1, len(lines(settings)) + 1))
    assert not any(head.is_late for head in known)

"""What goes wrong with keys, the vault, replies and accounts, and what the operator is told."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ChecksRefusedError, InputRefusedError, SetupError, UsageError
from pipeline.identity import apply_opt_outs, decide, link, pseudonymise, write_request
from pipeline.identity.pseudonymise.folder import replaced
from pipeline.keys import ENVIRONMENT_NAME, load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number

A, B = nhs_number(1), nhs_number(2)
BAD_DIGIT = A[:-1] + str((int(A[-1]) + 1) % 10)
LISTS = (
    ("type_1_dissent", "snomed", "827241000000103", ""),
    ("type_1_withdrawn", "snomed", "827261000000102", ""),
)


@pytest.fixture
def linked(one_night: Economy, tmp_path: Path) -> Economy:
    return one_night.copied(tmp_path / "home")


@pytest.fixture(scope="module")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    economy = Economy(tmp_path_factory.mktemp("linked") / "home")
    economy.reference("codelists", "codelist,code_system,code,term", *LISTS)
    economy.person("g", A)
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    return economy


def test_another_root_key_does_not_open_the_vault(linked: Economy, monkeypatch: pytest.MonkeyPatch) -> None:
    (linked.home / "keys" / "root.key").unlink()
    monkeypatch.setenv(ENVIRONMENT_NAME, "fedcba9876543210" * 4)
    with pytest.raises(SetupError, match="not the one that this deployment was made with"):
        link(linked.settings, linked.ledger, "r2", AS_OF)
    (linked.home / "keys" / "versions.json").unlink()
    with pytest.raises(SetupError, match="restore"):
        link(linked.settings, linked.ledger, "r2", AS_OF)


def test_a_lost_root_key_is_not_replaced_by_a_new_one(linked: Economy) -> None:
    (linked.home / "keys" / "root.key").unlink()
    with pytest.raises(SetupError, match="restore"):
        link(linked.settings, linked.ledger, "r2", AS_OF)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_file_that_others_may_read_is_refused(linked: Economy, mode: int) -> None:
    (linked.home / "keys" / "root.key").chmod(mode)
    with pytest.raises(SetupError, match="0600"):
        link(linked.settings, linked.ledger, "r2", AS_OF)


def test_production_refuses_a_development_key_and_makes_none(linked: Economy, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="development key"):
        load_keys(replace(linked.settings, env="production"), {})
    with pytest.raises(SetupError, match="production"):
        load_keys(replace(linked.settings, env="production", home=tmp_path / "fresh"), {})
    assert not (tmp_path / "fresh" / "keys" / "root.key").exists()


def test_a_damaged_vault_is_a_matter_of_set_up(linked: Economy) -> None:
    (linked.home / "identity" / "vault.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(SetupError, match="vault"):
        link(linked.settings, linked.ledger, "r2", AS_OF)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
def test_a_vault_cut_short_is_a_matter_of_set_up_and_left_as_it_is(linked: Economy, share: float) -> None:
    path = linked.home / "identity" / "vault.duckdb"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    cut = path.read_bytes()
    with pytest.raises(SetupError, match="vault"):
        link(linked.settings, linked.ledger, "r2", AS_OF)
    assert path.read_bytes() == cut
    path.write_bytes(whole)
    assert link(linked.settings, linked.ledger, "r2", AS_OF).records == 1


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_refused_command_leaves_the_vault_guarded_against_being_cut_short(
    linked: Economy, share: float
) -> None:
    with pytest.raises(UsageError):
        decide(linked.settings, "no such pair", verdict="same", reason="x", author="y")
    path = linked.home / "identity" / "vault.duckdb"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(SetupError, match="vault is cut short"):
        link(linked.settings, linked.ledger, "r2", AS_OF)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_vault_cut_short_after_a_crash_is_a_matter_of_set_up_too(linked: Economy, share: float) -> None:
    """No size is noted then: DuckDB finds out, and the operator is told what to do, not its exception."""
    for n in range(2, 1000):
        linked.person(f"g{n}", nhs_number(n))
    linked.land()
    link(linked.settings, linked.ledger, "r2", AS_OF)
    path = linked.home / "identity" / "vault.duckdb"
    path.with_name("vault.duckdb.size").unlink()
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(SetupError, match="vault"):
        link(linked.settings, linked.ledger, "r3", AS_OF)


def test_a_vault_with_a_damaged_block_is_a_matter_of_set_up(linked: Economy) -> None:
    path = linked.home / "identity" / "vault.duckdb"
    content = bytearray(path.read_bytes())
    for place in range(16384, len(content), 4096):
        content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SetupError, match="damaged"):
        link(linked.settings, linked.ledger, "r2", AS_OF)
    assert path.read_bytes() == content


def test_a_crash_while_keeping_leaves_the_night_before(
    linked: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.identity.person_index import night

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError

    links = linked.exported().read_bytes()
    linked.person("a", A, source="acute", sender="RYJ")
    linked.land()
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(night, "end", crash)
        link(linked.settings, linked.ledger, "r2", AS_OF)
    assert linked.exported().read_bytes() == links
    assert link(linked.settings, linked.ledger, "r3", AS_OF).records == 2


def test_steps_before_linking_say_so(economy: Economy, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="link"):
        pseudonymise(economy.settings, economy.ledger, "r1", "direct_care", AS_OF)
    with pytest.raises(SetupError, match="link"):
        write_request(economy.settings, economy.ledger, asked_on=AS_OF)


def test_without_code_lists_nothing_is_made(economy: Economy) -> None:
    economy.person("g", A)
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    with pytest.raises(InputRefusedError, match="codelists"):
        pseudonymise(economy.settings, economy.ledger, "r1", "direct_care", AS_OF)


def test_without_a_reply_only_secondary_use_is_refused(linked: Economy, tmp_path: Path) -> None:
    outcome = apply_opt_outs(linked.settings, linked.ledger, "r1", tmp_path, AS_OF)
    assert (outcome.is_valid, outcome.reply_on) == (False, None)
    with pytest.raises(ChecksRefusedError, match="from 2026-03-10 to 2026-03-31"):
        pseudonymise(linked.settings, linked.ledger, "r1", "secondary_use", AS_OF)
    assert not (linked.home / "pseudonymised" / "secondary_use").exists()
    assert pseudonymise(linked.settings, linked.ledger, "r1", "direct_care", AS_OF).people == 1


@pytest.mark.parametrize(("age", "is_valid"), [(0, True), (21, True), (22, False), (-1, False)])
def test_a_reply_is_used_for_21_days_and_never_before_its_date(
    linked: Economy, tmp_path: Path, age: int, is_valid: bool
) -> None:
    linked.reply(tmp_path, AS_OF - timedelta(days=age), A)
    assert apply_opt_outs(linked.settings, linked.ledger, "r1", tmp_path, AS_OF).is_valid is is_valid
    if is_valid:
        assert pseudonymise(linked.settings, linked.ledger, "r1", "secondary_use", AS_OF).people == 1
    else:
        with pytest.raises(ChecksRefusedError):
            pseudonymise(linked.settings, linked.ledger, "r1", "secondary_use", AS_OF)


MALFORMED = {
    "a single-line error file": "ERROR 12: the input file is invalid\n",
    "a header": f"nhs_number,\n{A},\n",
    "another field": f"{A},1950-06-01,\n",
    "wrong check digits": f"{A},\n{BAD_DIGIT},\n",
    "an empty file": "",
    "only blank lines": "\n\n",
    "no text": "\x00\x01\x02\n",
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_reply_is_refused_and_never_quoted(linked: Economy, tmp_path: Path, content: str) -> None:
    linked.reply(tmp_path, AS_OF, text=content)
    outcome = apply_opt_outs(linked.settings, linked.ledger, "r1", tmp_path, AS_OF)
    assert not outcome.is_valid
    (message,) = outcome.refused
    assert "valid: at least one number" in message
    assert A not in message and "ERROR" not in message
    rule = linked.ledger.query("select * from rule_result where rule_id = 'national_reply_well_formed'")
    assert rule[0]["rows_failed"] == 1


def test_a_reply_that_cannot_be_decoded_is_refused(linked: Economy, tmp_path: Path) -> None:
    linked.reply(tmp_path, AS_OF, A)
    (tmp_path / "opt_outs" / AS_OF.isoformat() / "MBX-1.dat").write_bytes(A.encode() + b",\n\xff\xfe\xfa\n")
    assert not apply_opt_outs(linked.settings, linked.ledger, "r1", tmp_path, AS_OF).is_valid


def test_after_a_malformed_reply_the_one_before_stays_in_use(linked: Economy, tmp_path: Path) -> None:
    linked.reply(tmp_path, AS_OF - timedelta(days=3), A)
    linked.reply(tmp_path, AS_OF, text="ERROR\n")
    outcome = apply_opt_outs(linked.settings, linked.ledger, "r1", tmp_path, AS_OF)
    assert (outcome.is_valid, outcome.reply_on, len(outcome.refused)) == (True, AS_OF - timedelta(days=3), 1)


def test_the_files_of_one_date_are_one_reply_whatever_the_line_ends(linked: Economy, tmp_path: Path) -> None:
    linked.reply(tmp_path, AS_OF, text=f"{A},\r\n", name="one.dat")
    linked.reply(tmp_path, AS_OF, text=f"{B},", name="two.dat")
    linked.reply(tmp_path, date(2026, 3, 1), A)
    assert apply_opt_outs(linked.settings, linked.ledger, "r1", tmp_path, AS_OF).numbers == 2


def test_the_cohort_is_in_the_form_of_the_service(linked: Economy, tmp_path: Path) -> None:
    linked.person("h", B, source="acute", sender="RYJ")
    linked.person("n", None, source="acute", sender="RYJ")
    linked.land()
    link(linked.settings, linked.ledger, "r2", AS_OF)
    path = tmp_path / "cohort.dat"
    assert write_request(linked.settings, linked.ledger, asked_on=AS_OF, out=path).numbers == 2
    assert path.read_bytes() == f"{A},\n{B},\n".encode()
    assert path.stat().st_mode & 0o777 == 0o600


def test_rows_that_are_not_current_break_the_balance(linked: Economy) -> None:
    (linked.home / "landing" / "current" / "gp" / "YGM01.parquet").unlink()
    with pytest.raises(ChecksRefusedError, match="do not balance"):
        pseudonymise(linked.settings, linked.ledger, "r1", "direct_care", AS_OF)


def test_a_failing_step_leaves_the_last_good_folder(linked: Economy, tmp_path: Path) -> None:
    pseudonymise(linked.settings, linked.ledger, "r1", "direct_care", AS_OF)
    folder = linked.home / "pseudonymised" / "direct_care"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (linked.home / "landing" / "current" / "gp" / "YGM01.parquet").unlink()
    with pytest.raises(ChecksRefusedError):
        pseudonymise(linked.settings, linked.ledger, "r2", "direct_care", AS_OF)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["direct_care"]


def test_a_crash_between_the_two_renames_is_mended_by_the_next_use(tmp_path: Path) -> None:
    target: Any = tmp_path / "product"
    with replaced(target) as fresh:
        (fresh / "a").write_text("old")
    target.rename(tmp_path / ".product.retired")  # where a crash would leave it
    with pytest.raises(RuntimeError), replaced(target):
        assert (target / "a").read_text() == "old"
        raise RuntimeError
    with replaced(target) as fresh:
        (fresh / "a").write_text("new")
    assert (target / "a").read_text() == "new"

"""Whether an evaluation finds what was planted, and nothing where nothing was."""

from __future__ import annotations

import re
import shutil
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import InputRefusedError, UsageError
from pipeline.evaluation import Evaluation, EvaluationRules, evaluate
from pipeline.settings import Settings
from tests.evaluation_house import House, build_house

RULES = EvaluationRules(replicates=500)
UNKNOWN = "f" * 64  # of nobody in the product


def judged(house: House, out: Path, rules: EvaluationRules = RULES) -> Evaluation:
    (found,) = evaluate(Settings(home=house.home), house.interventions, out, rules)
    return found


def interval(found: Evaluation, measure: str) -> tuple[float, float, float]:
    (effect,) = (
        one for one in found.effects if (one.outcome, one.measure) == ("emergency_admissions", measure)
    )
    assert effect.value is not None and effect.low is not None and effect.high is not None
    return effect.low, effect.value, effect.high


@pytest.fixture(scope="module")
def helped(tmp_path_factory: pytest.TempPathFactory) -> House:
    return build_house(tmp_path_factory.mktemp("helped"), effect=0.7, people=8000)


@pytest.fixture(scope="module")
def helped_found(helped: House, tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, Path]:
    out = tmp_path_factory.mktemp("out") / "evaluation"
    return judged(helped, out), out


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("idle")
    return judged(build_house(folder, effect=1.0, people=8000), folder / "out")


def test_a_planted_effect_is_found(helped_found: tuple[Evaluation, Path]) -> None:
    low, value, high = interval(helped_found[0], "rate_ratio_after")
    assert low <= 0.7 <= high < 1
    assert low < value < high
    low, _, high = interval(helped_found[0], "ratio_of_changes")
    assert low <= 0.7 <= high < 1
    assert interval(helped_found[0], "difference_in_differences")[2] < 0


def test_where_nothing_was_done_nothing_is_found_though_people_got_better(idle: Evaluation) -> None:
    """They were chosen when they were at their worst: before and after alone would claim a quarter less."""
    low, _, high = interval(idle, "rate_ratio_after")
    assert low < 1 < high
    low, _, high = interval(idle, "ratio_of_changes")
    assert low < 1 < high
    assert interval(idle, "change_with")[2] < 0.9
    assert interval(idle, "change_without")[2] < 0.9


def test_the_groups_were_unlike_and_are_alike(idle: Evaluation) -> None:
    assert max(abs(one.difference_before) for one in idle.balance) > 0.5
    assert idle.is_balanced
    assert max(abs(one.difference_after) for one in idle.balance) < 0.1
    assert {one.covariate for one in idle.balance} >= {"age_years", "imd_decile", "bed_days", "has_copd"}


def test_what_is_written_is_the_same_whoever_asks_and_in_whichever_order_the_list_is(
    helped: House, helped_found: tuple[Evaluation, Path], tmp_path: Path
) -> None:
    first, *rest = helped.interventions.read_text("utf-8").splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([first, *reversed(rest)]) + "\n", encoding="utf-8")
    judged(House(helped.home, turned), tmp_path / "out")
    files = {path.name: path.read_bytes() for path in helped_found[1].iterdir()}
    assert set(files) == {"people.csv", "balance.csv", "rates.csv", "effects.csv", "report.html"}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == files


def test_no_person_stands_in_what_is_written_and_nobody_else_may_read_it(
    helped_found: tuple[Evaluation, Path],
) -> None:
    out = helped_found[1]
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    for path in out.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not re.search("[0-9a-f]{64}", path.read_text("utf-8"))
    page = (out / "report.html").read_text("utf-8")
    assert "association, not a proof" in page
    assert "regression to the mean" in page


def test_whoever_is_not_in_the_product_is_counted_and_changes_nothing(
    helped: House, helped_found: tuple[Evaluation, Path], tmp_path: Path
) -> None:
    more = tmp_path / "more.csv"
    strangers = "".join(f"{n:064x},virtual_ward,2025-03-10\n" for n in range(1, 21))
    more.write_text(helped.interventions.read_text("utf-8") + strangers, encoding="utf-8")
    found = judged(House(helped.home, more), tmp_path / "out")
    assert found.flow["not in the product"] == 20
    assert found.rates == helped_found[0].rates
    assert found.effects == helped_found[0].effects


def test_two_to_one_is_alike_too(helped: House, tmp_path: Path) -> None:
    found = judged(helped, tmp_path / "out", EvaluationRules(ratio=2, replicates=200))
    low, _, high = interval(found, "rate_ratio_after")
    assert low <= 0.7 <= high
    assert found.is_balanced


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("person_key,started_on", f"{UNKNOWN},2025-03-10", "its 2 columns"),
        ("nhs_number,intervention_id,started_on", f"{UNKNOWN},ward,2025-03-10", "its 3 columns"),
        ("person_key,intervention_id,started_on", "9434765919,ward,2025-03-10", "is no pseudonym"),
        (
            "person_key,intervention_id,started_on",
            f"{UNKNOWN},Mrs Marker,2025-03-10",
            "intervention_id; valid",
        ),
        ("person_key,intervention_id,started_on", f"{UNKNOWN},ward,10/03/2025", "started_on is no date"),
        ("person_key,intervention_id,started_on", f"{UNKNOWN},ward,2026-04-01", "after the night"),
        ("person_key,intervention_id,started_on", f"{UNKNOWN},virtual_ward,2025-03-10", "more than once"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused_whole(
    helped: House, tmp_path: Path, header: str, row: str, said: str
) -> None:
    """And no value of it is told again: it may be an identifier."""
    listed = tmp_path / "list.csv"
    rows = [
        *helped.interventions.read_text("utf-8").splitlines()[1:],
        f"{UNKNOWN},virtual_ward,2025-03-10",
        row,
    ]
    is_whole = header.startswith("person_key,intervention_id")
    listed.write_text("\n".join([header, *(rows if is_whole else [row])]) + "\n", encoding="utf-8")
    with pytest.raises(InputRefusedError) as refused:
        judged(House(helped.home, listed), tmp_path / "out")
    assert said in str(refused.value)
    assert not [
        word for word in ("9434765919", "Marker", UNKNOWN, "nhs_number") if word in str(refused.value)
    ]
    assert not (tmp_path / "out").exists()


def test_of_few_people_nothing_is_said(helped: House, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text(
        "\n".join(helped.interventions.read_text("utf-8").splitlines()[:20]) + "\n", encoding="utf-8"
    )
    with pytest.raises(InputRefusedError, match="fewer than 20 people"):
        judged(House(helped.home, few), tmp_path / "out")


def test_a_folder_that_others_may_look_into_is_refused(helped: House, tmp_path: Path) -> None:
    out = tmp_path / "open"
    out.mkdir(mode=0o755)
    with pytest.raises(UsageError, match="others may look into it"):
        judged(helped, out)
    assert not list(out.iterdir())


def test_the_command_says_how_the_groups_compare(helped: House, tmp_path: Path) -> None:
    arguments = ["evaluate", "--interventions", str(helped.interventions), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, arguments, env={"WSIC_HOME": str(helped.home)})
    assert done.exit_code == 0, done.output
    assert "virtual_ward" in done.output
    shutil.rmtree(tmp_path / "out")
    done = CliRunner().invoke(app, arguments, env={"WSIC_HOME": str(tmp_path)})
    assert isinstance(done.exception, UsageError)

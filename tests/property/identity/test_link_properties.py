"""What holds for linking whatever the records are."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.identity import link
from tests.identity_economy import AS_OF, Economy, nhs_number

NUMBERS = [None, "12345", *(nhs_number(n) for n in range(4))]
BIRTHS = [None, "1950", "1950-06-01", "1961-02-03"]
SENDERS = [("gp", "YGM01"), ("gp", "YGTPP"), ("acute", "RYJ"), ("social_care", "E09000005")]

record = st.tuples(
    st.sampled_from(SENDERS),
    st.integers(0, 12),
    st.sampled_from(NUMBERS),
    st.sampled_from(BIRTHS),
    st.booleans(),
)
records = st.lists(record, min_size=1, max_size=14, unique_by=lambda r: (r[0], r[1]))
Records = list[tuple[tuple[str, str], int, str | None, str | None, bool]]


def linked(home: Path, drawn: Records, *, run_id: str = "r1") -> dict[tuple[str, str, str], str]:
    """Link table of a home that holds exactly ``drawn``."""
    economy = Economy(home)
    for (source, sender), number, nhs, birth, is_test in drawn:
        marks = ("HTEST",) if is_test else ()
        economy.person(f"{number}", nhs, birth, source=source, sender=sender, marks=marks)
    for stale in (home / "fhir").rglob("*.parquet"):
        stale.unlink()
    economy.land()
    summary = link(economy.settings, economy.ledger, run_id, AS_OF)
    assert summary.records == len(drawn)  # nobody is lost, nobody counted twice
    return {key: row["person_id"] for key, row in economy.links().items()}


@settings(max_examples=5, deadline=None, derandomize=True)
@given(records, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_nobody_is_lost(drawn: Records, shuffler: random.Random) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        before = linked(home, drawn)
        shuffled = list(drawn)
        shuffler.shuffle(shuffled)
        assert linked(home, shuffled) == before
        assert len(before) == len(drawn)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(records, st.data())
def test_night_by_night_gives_what_one_night_gives(drawn: Records, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(drawn)))
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if cut:
            linked(home, drawn[:cut])
        increments = linked(home, drawn, run_id="r2")
        (home / "identity" / "vault.duckdb").unlink()  # all memory of the first night, but not its key
        assert linked(home, drawn, run_id="r3") == increments


@settings(max_examples=5, deadline=None, derandomize=True)
@given(records)
def test_one_person_never_has_two_birth_dates(drawn: Records) -> None:
    with TemporaryDirectory() as folder:
        people = linked(Path(folder) / "home", drawn)
    births: dict[str, set[str | None]] = {}
    for (source, sender), number, _, birth, _ in drawn:
        births.setdefault(people[source, sender, f"{number}"], set()).add(birth)
    assert all(len(dates) == 1 for dates in births.values())

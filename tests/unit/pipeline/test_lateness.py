"""When a run is late: what may be set, and what is refused."""

from __future__ import annotations

import pytest

from pipeline.errors import SetupError
from pipeline.lateness import late_hours


@pytest.mark.parametrize(("said", "hours"), [("", 4), (" ", 4), ("0.5", 0.5), (" 3 ", 3), ("168", 168)])
def test_what_is_said_or_what_is_ours(said: str, hours: float) -> None:
    assert late_hours("nightly_load", said=said, unless_set=4) == hours


@pytest.mark.parametrize("said", ["0", "-1", "soon", "nan", "inf", "168.1", "4h"])
def test_what_is_no_number_of_hours_is_refused(said: str) -> None:
    with pytest.raises(SetupError) as refused:
        late_hours("nightly_load", said=said, unless_set=4)
    assert str(refused.value) == (
        f"AIRFLOW__WSIC__NIGHTLY_LOAD_LATE_HOURS is {said!r}; "
        "valid: hours, a number above 0 and up to 168, or empty for 4"
    )

"""Whatever is done to the bytes of the log or of its checkpoints, the verification finds it."""

from __future__ import annotations

import dataclasses
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import audit_log
from pipeline.audit_log.files import log_files
from pipeline.errors import UsageError
from pipeline.settings import Settings
from tests.audit_desk import fill, recompute, settings_in

PROFILE = settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    written = settings_in(tmp_path_factory.mktemp("written"))
    fill(written, 12)
    shutil.copytree(written.home / "audit", written.home.with_name("audit-kept"))
    return written


def restored(written: Settings) -> Settings:
    shutil.rmtree(written.home / "audit")
    shutil.copytree(written.home.with_name("audit-kept"), written.home / "audit")
    return dataclasses.replace(written)


@PROFILE
@given(data=st.data(), name=st.sampled_from(["log.jsonl", "checkpoints.jsonl"]))
def test_a_changed_byte_is_found(written: Settings, data: st.DataObject, name: str) -> None:
    path = log_files(restored(written)).folder / name
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert not audit_log.verify(written).is_intact


@PROFILE
@given(order=st.permutations(range(13)), kept=st.integers(1, 13), is_recomputed=st.booleans())
def test_any_other_order_or_choice_of_entries_is_found(
    written: Settings, order: list[int], kept: int, is_recomputed: bool
) -> None:
    path = log_files(restored(written)).log
    old = path.read_bytes().splitlines(keepends=True)
    new = [old[number] for number in order][:kept]
    new = recompute(new) if is_recomputed else new
    path.write_bytes(b"".join(new))
    assert audit_log.verify(written).is_intact == (new == old)


@PROFILE
@given(text=st.text(max_size=40), number=st.integers(0, 9_999_999_999))
def test_no_ten_digits_get_into_the_log(written: Settings, text: str, number: int) -> None:
    reason = f"{text} {number:010d}"
    with pytest.raises(UsageError) as refused:
        audit_log.append(written, act="person_deleted", actor="A. Clerk", details={"reason": reason})
    assert f"{number:010d}" not in str(refused.value)

"""A bundle installs what its own lock names, and refuses to where anything is not as it was made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from release.bundle import PLATFORM, built_here, digest, lock_of, sums, wanted
from release.locked import DEV, PRODUCT, ROOT, SERVER, locked

NAME = "wsic_linked_data-0.0.1"
# A wheel of the same name, that says its version and does nothing else.
FILES = {
    "stand_in.py": "def main():\n    print('wsic 0.0.1')\n",
    f"{NAME}.dist-info/METADATA": "Metadata-Version: 2.1\nName: wsic-linked-data\nVersion: 0.0.1\n",
    f"{NAME}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{NAME}.dist-info/entry_points.txt": "[console_scripts]\nwsic = stand_in:main\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundle = tmp_path_factory.mktemp("bundle")
    (bundle / "wheels").mkdir()
    record = f"{NAME}.dist-info/RECORD"
    with ZipFile(bundle / "wheels" / f"{NAME}-py3-none-any.whl", "w") as wheel:
        for name, text in FILES.items():
            wheel.writestr(name, text)
        wheel.writestr(record, "".join(f"{name},,\n" for name in (*FILES, record)))
    (bundle / "requirements.txt").write_text(lock_of(bundle / "wheels"), encoding="utf-8")
    shutil.copy(ROOT / "release" / "install", bundle / "install")
    (bundle / "PLATFORM").write_text(f"{PLATFORM}\n", encoding="ascii")
    (bundle / "SHA256SUMS").write_text(sums(bundle), encoding="utf-8")
    return bundle


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "bundle")


def install(bundle: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(bundle / "install"), str(folder), sys.executable]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_it_installs_what_its_lock_names_and_says_its_version(bundle: Path, tmp_path: Path) -> None:
    done = install(bundle, tmp_path / "venv")
    assert (done.returncode, done.stdout) == (0, "wsic 0.0.1\n"), done.stderr


def test_a_changed_wheel_is_refused(bundle: Path, tmp_path: Path) -> None:
    [wheel] = (bundle / "wheels").iterdir()
    wheel.write_bytes(wheel.read_bytes() + b"x")
    done = install(bundle, tmp_path / "venv")
    assert done.returncode == 3 and "not whole" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_wheel_that_is_changed_together_with_its_checksum_is_refused_by_the_lock(
    bundle: Path, tmp_path: Path
) -> None:
    [wheel] = (bundle / "wheels").iterdir()
    with ZipFile(wheel, "a") as archive:
        archive.writestr("more.py", "")
    (bundle / "SHA256SUMS").unlink()
    (bundle / "SHA256SUMS").write_text(sums(bundle), encoding="utf-8")
    done = install(bundle, tmp_path / "venv")
    assert done.returncode != 0 and "DO NOT MATCH THE HASHES" in done.stderr


def test_another_python_is_refused(bundle: Path, tmp_path: Path) -> None:
    (bundle / "PLATFORM").write_text("cpython-27-plan9\n", encoding="ascii")
    (bundle / "SHA256SUMS").unlink()
    (bundle / "SHA256SUMS").write_text(sums(bundle), encoding="utf-8")
    done = install(bundle, tmp_path / "venv")
    assert done.returncode == 5 and "is for cpython-27-plan9" in done.stderr


def test_a_folder_that_is_there_is_left_alone(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    done = install(bundle, tmp_path / "venv")
    assert done.returncode == 2 and "is there already" in done.stderr
    assert not list((tmp_path / "venv").iterdir())


def test_a_bundle_holds_what_the_product_needs_on_this_python_and_no_tools() -> None:
    pins = locked()
    found = wanted(pins)
    assert {pin.use for pin in found} == {PRODUCT, SERVER}
    assert len({pin.name for pin in found}) == len(found)
    assert {"duckdb", "duckdb-extension-httpfs", "apache-airflow", "psycopg2-binary"} <= {
        p.name for p in found
    }
    elsewhere = replace(found[0], marker="python_full_version < '3'")
    assert wanted([elsewhere, replace(found[0], use=DEV)]) == []


def test_a_wheel_that_the_lock_does_not_know_was_built_here(made: Path) -> None:
    [wheel] = (made / "wheels").iterdir()
    pin = locked()[0]
    assert built_here(made / "wheels", [pin], Path("own.whl")) == ["wsic_linked_data"]
    assert built_here(made / "wheels", [replace(pin, hashes=(digest(wheel),))], Path("own.whl")) == []
    assert built_here(made / "wheels", [pin], wheel) == []

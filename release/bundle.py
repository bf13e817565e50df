"""Everything that an installation needs, in one folder to be carried to a machine without a network.

``python -m release.bundle FOLDER`` makes ``FOLDER/wsic-<version>-<Python>-<machine>``: the wheels of all
that the product and its database need, held against hashes of the lock; the project's own wheel; what the
lock has as source only, built here; a lock of its own with the hashes of exactly these files; the bill of
materials, licences and documentation; the script ``install``; and a checksum of each file. It is for machines
of the kind that it is made on.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name, parse_wheel_filename

from pipeline import __version__
from release import sbom
from release.locked import PRODUCT, ROOT, SERVER, Locked, locked
from release.wheel import build_wheel, known_files, pip

_BESIDE = ("README.md", "CHANGELOG.md", "LICENSE", "docs")
PLATFORM = f"{sys.implementation.cache_tag}-{sysconfig.get_platform()}"


def wanted(pins: Iterable[Locked]) -> list[Locked]:
    """What the product and its database need on this Python."""
    return [
        pin
        for pin in pins
        if pin.use in (PRODUCT, SERVER) and (not pin.marker or Marker(pin.marker).evaluate())
    ]


def make(folder: Path) -> tuple[Path, list[str]]:
    """Make the bundle in ``folder``; its place, and the packages whose wheels had to be built from source."""
    bundle = folder / f"wsic-{__version__}-{PLATFORM}"
    shutil.rmtree(bundle, ignore_errors=True)
    wheels = bundle / "wheels"
    wheels.mkdir(parents=True)
    pins = wanted(locked())
    lock = bundle / "requirements.txt"
    lock.write_text("".join(pin.text for pin in pins), encoding="utf-8")
    pip("wheel", "--no-deps", "--require-hashes", "--wheel-dir", str(wheels), "--requirement", str(lock))
    own = build_wheel(wheels)
    built = built_here(wheels, pins, own)
    lock.write_text(lock_of(wheels), encoding="utf-8")
    for name in known_files(*_BESIDE):
        (bundle / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, bundle / name)
    sbom.write(bundle / "sbom.json")
    shutil.copy(Path(__file__).with_name("install"), bundle / "install")
    (bundle / "PLATFORM").write_text(f"{PLATFORM}\n", encoding="ascii")
    (bundle / "SHA256SUMS").write_text(sums(bundle), encoding="utf-8")
    return bundle, built


def built_here(wheels: Path, pins: Sequence[Locked], own: Path) -> list[str]:
    """Wheels that are no file of the lock: pip made them from a source that is."""
    known = {content for pin in pins for content in pin.hashes}
    return sorted(
        wheel.name.partition("-")[0]
        for wheel in wheels.iterdir()
        if wheel != own and digest(wheel) not in known
    )


def lock_of(wheels: Path) -> str:
    """A requirement with its hash for each wheel, in the form that pip installs from."""
    lines = []
    for wheel in sorted(wheels.iterdir()):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        lines.append(f"{canonicalize_name(name)}=={version} --hash=sha256:{digest(wheel)}\n")
    return "".join(lines)


def sums(bundle: Path) -> str:
    """A line for ``sha256sum --check`` of every file."""
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    return "".join(f"{digest(path)}  {path.relative_to(bundle)}\n" for path in files)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Make the bundle in the folder that is named, and say what is in it."""
    bundle, built = make(Path(sys.argv[1]).absolute())
    size = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())
    n_wheels = len(list((bundle / "wheels").iterdir()))
    sys.stdout.write(f"{bundle}: {n_wheels} wheels, {size / 1e6:.0f} MB\n")
    sys.stdout.write(f"built from source: {', '.join(built) or 'none'}\n")
    sys.stdout.write(f"checksum of all checksums: {digest(bundle / 'SHA256SUMS')}\n")


if __name__ == "__main__":
    main()

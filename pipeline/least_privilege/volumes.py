"""Whether a folder lies on encrypted storage, as far as the kernel tells.

A device counts where it is, or lies wholly on, a dm-crypt device; a folder where its file system encrypts it.
What lies below the machine (a cloud disk, a network share, ZFS) cannot be seen from inside it: it is declared
in the settings, with the evidence.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# cryptsetup also makes CRYPT-VERITY and CRYPT-INTEGRITY devices (lib/libdevmapper.c), which hide nothing.
_DM_CRYPT = re.compile(r"CRYPT-(LUKS1|LUKS2|PLAIN|TCRYPT|BITLK|FVAULT2|LOOPAES)-")
_BY_FILE_SYSTEM = {"ecryptfs": "eCryptfs", "fuse.gocryptfs": "gocryptfs", "fuse.cryfs": "CryFS"}
_IN_MEMORY = ("tmpfs", "ramfs")
_UNSEEN = {
    "zfs": "ZFS (zfs get encryption says)", "overlay": "a container's layer", "nfs": "a network share",
    "nfs4": "a network share", "cifs": "a network share", "9p": "a share of the host",
    "virtiofs": "a share of the host",
}  # fmt: skip
_GET_POLICY, _POLICY_BYTES = 0xC0096616, 24  # FS_IOC_GET_ENCRYPTION_POLICY_EX, include/uapi/linux/fscrypt.h


@dataclass(frozen=True, slots=True)
class Encryption:
    """``how``: in words, what encrypts, or what was found instead."""

    is_encrypted: bool
    how: str


@dataclass(frozen=True, slots=True)
class _Mount:
    number: str
    point: Path
    kind: str
    source: str


def has_fscrypt_policy(folder: Path) -> bool:
    """Whether the file system encrypts this folder under a key of its own (ext4, f2fs, UBIFS, CephFS)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        wanted = bytearray(_POLICY_BYTES.to_bytes(8, "little") + bytes(_POLICY_BYTES))
        return int(fcntl.ioctl(descriptor, _GET_POLICY, wanted)) == 0
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTTY, errno.EOPNOTSUPP, errno.EINVAL):
            return False
        raise
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the kernel tells of mounts, swap and devices."""

    mounts: Path = Path("/proc/self/mountinfo")
    swaps: Path = Path("/proc/swaps")
    devices: Path = Path("/sys")
    has_policy: Callable[[Path], bool] = has_fscrypt_policy

    def encryption_of(self, path: Path) -> Encryption:
        """How the storage of ``path`` (or of the nearest folder above it that is there) is encrypted."""
        place = path.resolve()
        while not place.exists():
            place = place.parent
        if self.has_policy(place if place.is_dir() else place.parent):
            return Encryption(True, "fscrypt")
        mount = self._mount_of(place)
        if mount is None:
            return Encryption(False, "no mount is known")
        if mount.kind in _BY_FILE_SYSTEM:
            return Encryption(True, _BY_FILE_SYSTEM[mount.kind])
        if mount.kind in _IN_MEMORY:
            return Encryption(True, "in memory only")
        if mount.kind in _UNSEEN:
            return Encryption(False, f"cannot be told: {_UNSEEN[mount.kind]}")
        if mount.kind == "btrfs":
            return self._all_of(self._btrfs_devices(mount.source))
        return self._device(self.devices / "dev" / "block" / mount.number)

    def encryption_of_swap(self) -> Encryption:
        """How swap is encrypted: what is in memory may be written there at any time."""
        try:
            lines = self.swaps.read_text(encoding="utf-8").splitlines()[1:]
        except OSError:
            return Encryption(False, "not known")
        found = [self._swap(*line.split()[:2]) for line in lines if line.strip()]
        return _together(found) if found else Encryption(True, "none")

    def _swap(self, name: str, kind: str) -> Encryption:
        path = Path(_unescaped(name))
        if kind == "file":
            return self.encryption_of(path)
        if path.name.startswith("zram") and not self._backed(path.name):
            return Encryption(True, "in memory only")
        return self._device(self.devices / "class" / "block" / path.name)

    def _backed(self, name: str) -> bool:
        return _text(self.devices / "class" / "block" / name / "backing_dev") not in ("", "none")

    def _mount_of(self, place: Path) -> _Mount | None:
        """The mount that the path lies on: the longest that holds it; of two in one place, the later."""
        holding = [mount for mount in self._mounts() if place.is_relative_to(mount.point)]
        return max(reversed(holding), key=lambda mount: len(mount.point.parts), default=None)

    def _mounts(self) -> Iterator[_Mount]:
        """See proc_pid_mountinfo(5); none where the system is no Linux."""
        if not self.mounts.exists():
            return
        for line in self.mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            left, _, right = line.partition(" - ")
            kind, source = right.split()[:2]
            yield _Mount(left.split()[2], Path(_unescaped(left.split()[4])), kind, _unescaped(source))

    def _btrfs_devices(self, source: str) -> list[Path]:
        """Every device of the file system that ``source`` belongs to."""
        name = Path(source).resolve().name
        for folder in self.devices.glob("fs/btrfs/*/devices"):
            names = [device.name for device in folder.iterdir()]
            if name in names:
                return [self.devices / "class" / "block" / one for one in sorted(names)]
        return [self.devices / "class" / "block" / name]

    def _device(self, folder: Path) -> Encryption:
        device = folder.resolve()
        if not device.is_dir():
            return Encryption(False, "cannot be told: no block device is known")
        if found := _DM_CRYPT.match(_text(device / "dm" / "uuid")):
            return Encryption(True, f"dm-crypt {found[1]}")
        slaves = device / "slaves"
        below = sorted(slaves.iterdir()) if slaves.is_dir() else []
        if below:
            return self._all_of(below)
        if backing := _text(device / "loop" / "backing_file"):
            return self.encryption_of(Path(backing))
        if (device / "partition").exists():
            return self._device(device.parent)
        return Encryption(False, "a plain block device, as far as this machine can tell")

    def _all_of(self, devices: list[Path]) -> Encryption:
        return _together([self._device(device) for device in devices])


def _together(parts: list[Encryption]) -> Encryption:
    """A volume is as encrypted as its worst part."""
    return next((part for part in parts if not part.is_encrypted), parts[0])


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""

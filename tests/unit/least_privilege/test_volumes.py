"""What counts as encrypted storage, on machines that are planted device by device."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.least_privilege.volumes import has_fscrypt_policy

LUKS = "CRYPT-LUKS2-0f3b-wsic"


@pytest.fixture
def zone(tmp_path: Path) -> Path:
    folder = tmp_path / "a volume" / "landing"
    folder.mkdir(parents=True)
    return folder


def test_a_luks_volume_is_encrypted(planted, zone) -> None:
    planted.device("sda", "8:0")
    planted.device("dm-0", "253:0", dm=LUKS, on=("sda",))
    planted.mount("/", "8:0")
    planted.mount(zone.parent, "253:0")  # its name has a space, which the kernel writes as \040
    found = planted.machine.encryption_of(zone)
    assert (found.is_encrypted, found.how) == (True, "dm-crypt LUKS2")
    assert not planted.machine.encryption_of(Path("/")).is_encrypted


def test_lvm_on_luks_is_encrypted_and_luks_below_half_of_it_is_not(planted, zone) -> None:
    planted.device("sda", "8:0")
    planted.device("sdb", "8:16")
    planted.device("dm-0", "253:0", dm=LUKS, on=("sda",))
    planted.device("dm-1", "253:1", dm="LVM-whole", on=("dm-0",))
    planted.device("dm-2", "253:2", dm="LVM-half", on=("dm-0", "sdb"))
    planted.mount(zone, "253:1")
    assert planted.machine.encryption_of(zone).is_encrypted
    planted.mount(zone, "253:2")  # mounted over it: the later one is what is seen
    assert not planted.machine.encryption_of(zone).is_encrypted


@pytest.mark.parametrize("uuid", ["LVM-x", "CRYPT-VERITY-x", "CRYPT-INTEGRITY-x", "mpath-CRYPT-LUKS2-x", ""])
def test_what_only_looks_like_encryption_is_not(planted, zone, uuid) -> None:
    """dm-verity and dm-integrity are set up by cryptsetup too, and hide nothing."""
    planted.device("sda", "8:0")
    planted.device("dm-0", "253:0", dm=uuid, on=("sda",))
    planted.mount(zone, "253:0")
    assert not planted.machine.encryption_of(zone).is_encrypted


def test_a_partition_is_what_its_disk_is(planted, zone) -> None:
    planted.device("sda", "8:0")
    planted.device("md0", "9:0", on=("sda",))
    planted.device("md0p1", "259:0", part_of="md0")
    planted.mount(zone, "259:0")
    assert not planted.machine.encryption_of(zone).is_encrypted
    planted.device("dm-0", "253:0", dm=LUKS, on=("sda",))
    planted.device("md1", "9:1", on=("dm-0",))
    planted.device("md1p1", "259:1", part_of="md1")
    planted.mount(zone, "259:1")
    assert planted.machine.encryption_of(zone).is_encrypted


def test_a_loop_device_is_what_its_file_lies_on(planted, zone, tmp_path) -> None:
    backing = tmp_path / "backing.img"
    backing.touch()
    planted.device("sda", "8:0")
    planted.device("loop0", "7:0", loop=str(backing))
    planted.mount(tmp_path, "8:0")
    planted.mount(zone, "7:0")
    assert not planted.machine.encryption_of(zone).is_encrypted
    planted.device("dm-0", "253:0", dm=LUKS, on=("sda",))
    planted.mount(tmp_path, "253:0")
    planted.mount(zone, "7:0")
    assert planted.machine.encryption_of(zone).is_encrypted


def test_every_device_of_a_btrfs_counts(planted, zone) -> None:
    planted.device("sda", "8:0")
    planted.device("dm-0", "253:0", dm=LUKS, on=("sda",))
    devices = planted.sys / "fs" / "btrfs" / "1111" / "devices"
    devices.mkdir(parents=True)
    (devices / "dm-0").touch()
    planted.mount(zone, "0:40", "btrfs", "/dev/dm-0")  # its number is no block device's
    assert planted.machine.encryption_of(zone).is_encrypted
    (devices / "sda").touch()
    assert not planted.machine.encryption_of(zone).is_encrypted


@pytest.mark.parametrize(
    ("kind", "is_encrypted"),
    [
        ("ecryptfs", True), ("fuse.gocryptfs", True), ("tmpfs", True), ("zfs", False), ("overlay", False),
        ("nfs4", False), ("fuse.sshfs", False), ("9p", False),
    ],
)  # fmt: skip
def test_file_systems_that_tell_and_those_that_do_not(planted, zone, kind, is_encrypted) -> None:
    planted.mount(zone, "0:55", kind, "somewhere")
    assert planted.machine.encryption_of(zone).is_encrypted is is_encrypted


def test_a_folder_under_fscrypt_is_encrypted_on_a_plain_disk(planted, zone) -> None:
    planted.device("sda", "8:0")
    planted.mount("/", "8:0")
    assert not planted.machine.encryption_of(zone).is_encrypted
    planted.secret.add(zone)
    assert planted.machine.encryption_of(zone).how == "fscrypt"


def test_the_kernel_is_asked_for_a_policy_without_failing(zone) -> None:
    assert has_fscrypt_policy(zone) is False
    assert has_fscrypt_policy(zone / "not there") is False


def test_a_zone_that_is_not_there_yet_is_what_its_home_is(planted, zone) -> None:
    planted.device("dm-0", "253:0", dm=LUKS)
    planted.mount(zone, "253:0")
    assert planted.machine.encryption_of(zone / "received" / "gp").is_encrypted


def test_a_system_that_tells_nothing_is_not_known_to_encrypt(planted, zone) -> None:
    planted.mounts.unlink()
    planted.swaps.unlink()
    assert not planted.machine.encryption_of(zone).is_encrypted
    assert not planted.machine.encryption_of_swap().is_encrypted


def test_swap(planted, zone) -> None:
    assert planted.machine.encryption_of_swap().how == "none"
    planted.device("sda", "8:0")
    planted.device("dm-3", "253:3", dm="CRYPT-PLAIN-swap", on=("sda",))
    planted.device("zram0", "252:0")
    planted.swap("/dev/dm-3")
    planted.swap("/dev/zram0")
    assert planted.machine.encryption_of_swap().is_encrypted
    planted.swap("/dev/sda")
    assert not planted.machine.encryption_of_swap().is_encrypted


def test_a_swap_file_is_what_it_lies_on_and_compressed_memory_may_be_written_back(planted, zone) -> None:
    planted.device("sda", "8:0")
    planted.mount("/", "8:0")
    planted.swap(str(zone / "swapfile"), "file")
    assert not planted.machine.encryption_of_swap().is_encrypted
    planted.swaps.write_text("Filename Type\n")
    planted.device("zram0", "252:0")
    planted.swap("/dev/zram0")
    assert planted.machine.encryption_of_swap().is_encrypted
    (planted.sys / "class" / "block" / "zram0" / "backing_dev").write_text("/dev/sda\n")
    assert not planted.machine.encryption_of_swap().is_encrypted

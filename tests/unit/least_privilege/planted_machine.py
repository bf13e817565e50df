"""A make-believe machine: its mounts, its swap, its block devices, as the kernel would show them."""

from __future__ import annotations

from pathlib import Path

from pipeline.least_privilege import Machine


class Planted:
    """Devices below ``sys/``; ``lines`` of mountinfo; ``secret`` folders that the file system encrypts."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.mounts, self.swaps = folder / "sys", folder / "mountinfo", folder / "swaps"
        self.secret: set[Path] = set()
        (self.sys / "dev" / "block").mkdir(parents=True)
        (self.sys / "class" / "block").mkdir(parents=True)
        self.mounts.write_text("")
        self.swaps.write_text("Filename\tType\tSize\tUsed\tPriority\n")

    @property
    def machine(self) -> Machine:
        return Machine(self.mounts, self.swaps, self.sys, lambda folder: folder in self.secret)

    def device(self, name: str, number: str, *, dm: str = "", on: tuple[str, ...] = (), loop: str = "",
               part_of: str = "") -> None:  # fmt: skip
        """A block device: ``dm`` its device-mapper uuid, ``on`` the devices below it, ``loop`` its file."""
        folder = self.sys / "devices" / part_of / name
        for below in ("slaves", "dm", "loop"):
            (folder / below).mkdir(parents=True, exist_ok=True)
        if dm:
            (folder / "dm" / "uuid").write_text(f"{dm}\n")
        if loop:
            (folder / "loop" / "backing_file").write_text(f"{loop}\n")
        if part_of:
            (folder / "partition").write_text("1\n")
        for below in on:
            (folder / "slaves" / below).symlink_to((self.sys / "class" / "block" / below).resolve())
        (self.sys / "class" / "block" / name).symlink_to(folder)
        (self.sys / "dev" / "block" / number).symlink_to(folder)

    def mount(self, point: Path | str, number: str, kind: str = "ext4", source: str = "/dev/x") -> None:
        point = str(point).replace(" ", "\\040")
        line = f"30 1 {number} / {point} rw,relatime shared:1 - {kind} {source} rw\n"
        self.mounts.write_text(self.mounts.read_text() + line)

    def swap(self, name: str, kind: str = "partition") -> None:
        self.swaps.write_text(self.swaps.read_text() + f"{name} {kind} 1024 0 -2\n")

"""Run a program where no network but loopback is, and count what it tried beyond: natively or not.

``loopback_only.py COUNTS COMMAND …`` makes a network namespace for the command and all that it starts, brings
loopback up in it, and writes the kernel's own counters to the file COUNTS as JSON when the command has ended.
No process in the namespace can go around them, whatever language it is written in. Ends as the command does;
with 97, and without having run it, where the kernel forbids the namespace.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

NOT_ALLOWED = 97
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # unshare(2)
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # netdevice(7)


def enter() -> None:
    """Leave the machine's network; an ordinary user has to enter a user namespace for it, as itself."""
    uid, gid = os.geteuid(), os.getegid()
    kinds = _NEW_NET if uid == 0 else _NEW_NET | _NEW_USER
    if ctypes.CDLL(None, use_errno=True).unshare(kinds) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        _, flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, _GET_FLAGS, request))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def counters() -> dict[str, int]:
    """What the kernel counted in this namespace; ``…NoRoutes``: tries to reach an address beyond loopback.

    Names are asked for over UDP: beyond loopback that has no route, and on loopback nobody answers here.
    """
    found = {}
    lines = Path("/proc/self/net/snmp").read_text("ascii").splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        kind, *words = names.split()
        found |= {
            f"{kind[:-1]}{word}": int(value) for word, value in zip(words, values.split()[1:], strict=True)
        }
    six = Path("/proc/self/net/snmp6")
    for line in six.read_text("ascii").splitlines() if six.exists() else ():
        name, value = line.split()
        found[name] = int(value)
    wanted = ("IpOutNoRoutes", "Ip6OutNoRoutes", "UdpOutDatagrams", "Udp6OutDatagrams")
    return {name: found.get(name, 0) for name in wanted}


def main() -> None:
    counts, command = Path(sys.argv[1]), sys.argv[2:]
    try:
        enter()
    except OSError:
        sys.exit(NOT_ALLOWED)
    code = subprocess.run(command, check=False).returncode
    counts.write_text(json.dumps(counters()), encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    main()

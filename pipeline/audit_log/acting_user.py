"""Who acts, where nobody says so: the user that the operating system knows."""

from __future__ import annotations

import os
import pwd


def operating_user() -> str:
    """The account's name; asked of the system by its number, as the environment can say anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"

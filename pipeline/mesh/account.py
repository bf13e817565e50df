"""Who we are in MESH: endpoint, mailbox, secrets and certificates.

Names come from the settings; the mailbox password and the shared key of the environment come from
``WSIC_MESH_PASSWORD`` and ``WSIC_MESH_SHARED_KEY`` only, never from a settings file, and show in no ``repr``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

from pipeline.errors import SetupError
from pipeline.settings import Settings

PASSWORD, SHARED_KEY = "WSIC_MESH_PASSWORD", "WSIC_MESH_SHARED_KEY"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox at one endpoint; ``certificate`` is (certificate file, key file), none on loopback."""

    url: str
    mailbox: str
    certificate: tuple[str, str] | None
    authority: str | None
    password: str = field(repr=False)
    shared_key: str = field(repr=False)


def load_account(
    settings: Settings, environ: Mapping[str, str] | None = None, *, mailbox: str = ""
) -> Account:
    """The deployment's account, or that of another ``mailbox`` of it, whose password is
    ``WSIC_MESH_PASSWORD_<MAILBOX>``; raises :class:`SetupError` naming what is missing or unsafe."""
    env = os.environ if environ is None else environ
    mailbox = mailbox or settings.mesh_mailbox
    password = PASSWORD if mailbox == settings.mesh_mailbox else f"{PASSWORD}_{mailbox}"
    given = {
        "WSIC_MESH_URL": settings.mesh_url,
        "WSIC_MESH_MAILBOX": mailbox,
        password: env.get(password, ""),
        SHARED_KEY: env.get(SHARED_KEY, ""),
    }
    if missing := [name for name, value in given.items() if not value]:
        raise SetupError(f"MESH is not set up; missing: {', '.join(missing)}")
    return Account(
        url=settings.mesh_url,
        mailbox=mailbox,
        certificate=_certificate(settings),
        authority=settings.mesh_ca or None,
        password=given[password],
        shared_key=given[SHARED_KEY],
    )


def _certificate(settings: Settings) -> tuple[str, str] | None:
    """Both ends prove who they are (mutual TLS); only a peer on this machine may be spoken to without."""
    where = urlparse(settings.mesh_url)
    if where.scheme == "http" and where.hostname in _LOOPBACK and not settings.is_production:
        return None
    if where.scheme != "https":
        raise SetupError(
            "WSIC_MESH_URL must begin with https://; http:// only to this machine, in development"
        )
    files = {
        "WSIC_MESH_CERTIFICATE": settings.mesh_certificate,
        "WSIC_MESH_CERTIFICATE_KEY": settings.mesh_certificate_key,
    }
    for name, file in files.items():
        if not file or not Path(file).is_file():
            raise SetupError(f"{name} names no file; valid: a PEM file")
    mode = Path(settings.mesh_certificate_key).stat().st_mode & 0o777
    if mode & 0o077:
        raise SetupError(
            f"WSIC_MESH_CERTIFICATE_KEY names a file of mode {mode:04o}, others may read it; valid: 0600"
        )
    return settings.mesh_certificate, settings.mesh_certificate_key

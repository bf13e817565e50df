"""Where the root key comes from: the setting ``WSIC_KEY_PROVIDER`` says, and nobody may contradict it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from pipeline.errors import SetupError
from pipeline.keys.provider import environment, root_file, secrets_service
from pipeline.keys.provider.root import FORM, Root
from pipeline.settings import Settings

ENVIRONMENT, FILE, SECRETS, AUTO = "environment", "file", "secrets", "auto"


def find_root(settings: Settings, environ: Mapping[str, str] | None) -> Root:
    """The root of the provider that the settings name.

    ``auto`` takes the secrets service where ``WSIC_KEY_SECRET`` names a secret, else the environment where
    it has ``WSIC_ROOT_KEY``, else the file. Raises :class:`SetupError` where the root is missing, unsafe,
    a development root in production, or where another source holds another root.
    """
    sources = _sources(settings, environ)
    chosen = settings.key_provider if settings.key_provider != AUTO else _first_there(settings, environ)
    root = sources[chosen]()
    others = {name for name in _also_there(settings, environ) - {chosen} if sources[name]().key != root.key}
    if others:
        raise SetupError(
            f"the root keys of {chosen} and {', '.join(sorted(others))} are not the same: "
            "remove the one that is not this deployment's; WSIC_KEY_PROVIDER names the one to use"
        )
    _require_fit(root, settings)
    return root


def _require_fit(root: Root, settings: Settings) -> None:
    if root.is_development and settings.is_production:
        raise SetupError(
            f"keys/{root_file.FILE_NAME} is a development key, and WSIC_ENV is production; {FORM}"
        )


def _sources(settings: Settings, environ: Mapping[str, str] | None) -> dict[str, Callable[[], Root]]:
    return {
        SECRETS: partial(secrets_service.read, settings.key_secret),
        ENVIRONMENT: partial(environment.read, environ),
        FILE: partial(root_file.read_or_make, settings),
    }


def _also_there(settings: Settings, environ: Mapping[str, str] | None) -> set[str]:
    """Providers that hold a root at this moment."""
    there = {
        SECRETS: bool(settings.key_secret),
        ENVIRONMENT: environment.is_there(environ),
        FILE: root_file.is_there(settings),
    }
    return {name for name, is_there in there.items() if is_there}


def _first_there(settings: Settings, environ: Mapping[str, str] | None) -> str:
    there = _also_there(settings, environ)
    return next((name for name in (SECRETS, ENVIRONMENT) if name in there), FILE)

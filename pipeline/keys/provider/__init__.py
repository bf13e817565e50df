"""Where the root key comes from: the setting ``WSIC_KEY_PROVIDER`` says, and nobody may contradict it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from pipeline.errors import SetupError
from pipeline.keys import register
from pipeline.keys.provider import environment, root_file, secrets_service
from pipeline.keys.provider.root import FORM, Root
from pipeline.keys.ring import root_id
from pipeline.settings import Settings

ENVIRONMENT, FILE, SECRETS, AUTO = "environment", "file", "secrets", "auto"
WHERE = {
    FILE: "put it into keys/next-root.key, of mode 0600, in the form of keys/root.key",
    ENVIRONMENT: "give it in WSIC_NEXT_ROOT_KEY",
    SECRETS: "put it into the secrets service, and its name there into WSIC_NEXT_KEY_SECRET",
}
"""Provider -> where the operator puts the next root."""


def find_root(settings: Settings, environ: Mapping[str, str] | None) -> Root:
    """The root of the provider that the settings name.

    ``auto`` takes the secrets service where ``WSIC_KEY_SECRET`` names a secret, else the environment where
    it has ``WSIC_ROOT_KEY``, else the file. Where the provider holds the next root too, that one
    of the two is in use that the register of key versions was written with. Raises :class:`SetupError` where
    the root is missing, unsafe, a development root in production, or where another source holds another.
    """
    sources = _sources(settings, environ)
    chosen = settings.key_provider if settings.key_provider != AUTO else _first_there(settings, environ)
    root = _in_use(settings, environ, chosen, sources)
    others = {
        name
        for name in _also_there(settings, environ) - {chosen}
        if _in_use(settings, environ, name, sources).key != root.key
    }
    if others:
        raise SetupError(
            f"the root keys of {chosen} and {', '.join(sorted(others))} are not the same: "
            "remove the one that is not this deployment's; WSIC_KEY_PROVIDER names the one to use"
        )
    _require_fit(root, settings)
    return root


def is_still_to_make(settings: Settings, environ: Mapping[str, str] | None) -> bool:
    """Whether nobody gave a root, so that :func:`find_root` would make one; raises where it may not."""
    chosen = settings.key_provider if settings.key_provider != AUTO else _first_there(settings, environ)
    if chosen != FILE or root_file.is_there(settings):
        return False
    root_file.require_makeable(settings)
    return True


def find_next(settings: Settings, environ: Mapping[str, str] | None) -> Root | None:
    """The next root of the provider in use; ``None`` where it has none, or it is the one in use already."""
    root = find_root(settings, environ)
    found = _next(settings, environ, root.provider)
    if found is None or found.key == root.key:
        return None
    _require_fit(found, settings)
    return found


def make_next(settings: Settings, environ: Mapping[str, str] | None) -> Root:
    """The next root of a development deployment; raises :class:`SetupError` with where to put another's."""
    provider = find_root(settings, environ).provider
    if provider == FILE:
        return root_file.make_next(settings)
    raise SetupError(
        f"there is no next root: {WHERE[provider]}, beside the one in use; docs/keys.md says how"
    )


def _in_use(
    settings: Settings,
    environ: Mapping[str, str] | None,
    name: str,
    sources: Mapping[str, Callable[[], Root]],
) -> Root:
    """Of the provider's root and its next one that which the register knows; else the root."""
    root, known = sources[name](), register.known_root(settings)
    if known in ("", root_id(root.key)):
        return root
    follows = _next(settings, environ, name)
    return follows if follows is not None and root_id(follows.key) == known else root


def _next(settings: Settings, environ: Mapping[str, str] | None, provider: str) -> Root | None:
    if provider == FILE:
        return root_file.read_next(settings)
    if provider == ENVIRONMENT:
        return environment.read_next(environ)
    return secrets_service.read_next(settings.next_key_secret)


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

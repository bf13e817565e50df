"""The root from a secrets service, through the secrets back end that Airflow is configured with.

HashiCorp Vault, the secret managers of AWS, Google and Azure, a local file: every back end of Airflow has
``get_variable``, and the setting ``WSIC_KEY_SECRET`` is the name that it is asked for
(``WSIC_NEXT_KEY_SECRET`` that of the next root). Only the back end of
``[workers] secrets_backend`` or ``[secrets] backend`` is asked: the root is never looked up in Airflow's own
database, in ``AIRFLOW_VAR_*`` or over its execution API, and never put into its cache of variables.
Airflow is imported when this provider is used, and by nothing else of the pipeline.
"""

from __future__ import annotations

from typing import Any

from pipeline.errors import SetupError
from pipeline.keys.provider.root import Root, parse_root
from pipeline.keys.secret import Secret

SETTING, NEXT_SETTING = "WSIC_KEY_SECRET", "WSIC_NEXT_KEY_SECRET"
_HOW = "valid: AIRFLOW__SECRETS__BACKEND and AIRFLOW__SECRETS__BACKEND_KWARGS, as Airflow documents them"


def read(secret: str) -> Root:
    """The root that the service keeps under the name ``secret``.

    Raises :class:`SetupError` without Airflow, a back end, or such a secret. What the service or its client
    says of a failure is told by type only, as its words may hold what it was given.
    """
    if not secret:
        raise SetupError("WSIC_KEY_PROVIDER is secrets, and WSIC_KEY_SECRET names no secret")
    return _asked(secret, SETTING)


def read_next(secret: str) -> Root | None:
    """The next root, where a secret is named for it; raises as :func:`read` does."""
    return _asked(secret, NEXT_SETTING) if secret else None


def read_credential(name: str) -> Secret:
    """What the service keeps under ``name``: a credential that we show to a sender's machine."""
    return _text(name, "WSIC_CREDENTIALS_PREFIX")


def _asked(secret: str, setting: str) -> Root:
    key = parse_root(_text(secret, setting), f"the secret that {setting} names")
    return Root(provider="secrets", is_development=False, key=key)


def _text(secret: str, setting: str) -> Secret:
    backend = _backend()
    try:
        found = backend.get_variable(key=secret)
        text = None if found is None else Secret(str(found).encode())
        del found
    except Exception as error:
        raise SetupError(f"the secrets service did not answer ({type(error).__name__}); try again") from None
    if text is None:
        raise SetupError(f"the secrets service knows no secret of the name that {setting} gives")
    _mask(text)
    return text


def _backend() -> Any:
    try:
        from airflow.sdk.configuration import conf
    except ImportError:
        raise SetupError("the secrets service is reached through Airflow, which is not installed") from None
    try:
        backend = conf._get_custom_secret_backend(worker_mode=True)
    except Exception as error:
        raise SetupError(
            f"Airflow's secrets back end cannot be made ({type(error).__name__}); {_HOW}"
        ) from None
    if backend is None:
        raise SetupError(f"Airflow has no secrets back end configured; {_HOW}")
    return backend


def _mask(text: Secret) -> None:
    """Airflow then blots the root out of whatever a task logs."""
    from airflow.sdk.log import mask_secret

    mask_secret(text.decode())

"""Every setting of the pipeline, in one place.

A setting comes from the environment (``WSIC_<NAME>``), else from ``wsic.toml`` in the working
directory (or the file that ``WSIC_CONFIG`` names), else from its default here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError, one_of

PRODUCTS = ("direct_care", "secondary_use")  # person-level products, built one after the other
OPEN_PRODUCT = "open"  # aggregates, made from secondary_use
ENVIRONMENTS = ("development", "production")
LOCK_HOLDERS = ("process", "run")
EXPECTED_SOURCES = "gp acute community mental_health social_care"
KEY_PROVIDERS = ("auto", "file", "environment", "secrets")
_WORDS = {"env": ENVIRONMENTS, "lock_held_by": LOCK_HOLDERS, "key_provider": KEY_PROVIDERS}
_AT_LEAST_ONE = ("threads", "keep_versions", "opt_out_lines_per_file", "reidentify_review_one_in")
# Variables that are no settings: secrets, what is told to dbt, and how a developer sees where an error arose.
_BESIDE_SETTINGS = (
    "WSIC_CONFIG", "WSIC_DEBUG", "WSIC_ROOT_KEY", "WSIC_NEXT_ROOT_KEY", "WSIC_MESH_PASSWORD",
    "WSIC_MESH_SHARED_KEY", "WSIC_PSEUDONYMISED_DIR", "WSIC_WAREHOUSE_FILE", "WSIC_PRODUCT",
)  # fmt: skip
_OF_A_MAILBOX = "WSIC_MESH_PASSWORD_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one deployment; field names are the setting names in lower case."""

    home: Path = Path("data")  # WSIC_HOME: where all zones lie
    extracts: Path = Path("extracts")  # where the senders' files arrive; a scheduled night reads it
    env: str = "development"  # production refuses development keys and 999 NHS numbers
    memory_limit: str = "4GB"  # of each DuckDB connection
    threads: int = 2  # of each DuckDB connection
    # Sources of which a night without any feed is a fault; another is missed once it has ever sent.
    expected_sources: str = EXPECTED_SOURCES
    late_after_days: int = 2  # a delta feed without an extract for longer is late
    late_after_days_snapshot: int = 45  # the same for monthly and quarterly submissions
    opt_out_valid_days: int = 21  # a national opt-out reply older than this is not used
    opt_out_warn_days: int = 7  # so many days before a reply lapses, the night begins to warn
    opt_out_ask_every_days: int = 7  # so long after a question over MESH the next one goes out
    opt_out_lines_per_file: int = 1_000_000  # a longer request to the check service is split
    deletion_within_days: int = 28  # a version that holds a deleted person is served no longer than this
    mesh_url: str = ""  # endpoint of the MESH API; without one, replies and requests go by file
    mesh_mailbox: str = (
        ""  # the mailbox; its password and the shared key: WSIC_MESH_PASSWORD, WSIC_MESH_SHARED_KEY
    )
    mesh_certificate: str = ""  # file of the client certificate
    mesh_certificate_key: str = ""  # file of its private key
    mesh_ca: str = ""  # file of the certificates that the endpoint is checked against
    mesh_opt_out_mailbox: str = (
        "X26HC036"  # of the opt-out check service; confirm it with NHS England before use
    )
    export_folder: str = ""  # the folder in which exports of landed records may be written; empty: none may
    fhir_servers: Path = Path("fhir-servers.toml")  # FHIR Bulk Data servers that are fetched from
    feeds: Path = Path("feeds.toml")  # mailboxes and stores that are fetched from
    file_refused_above: float = 0.2  # share of quarantined rows above which a file is refused whole
    publish_drop_limit: float = 0.2  # loss of people against the last version that stops a publish
    practice_drop_limit: float = 0.1  # loss of a practice's list against the last published night that stops
    practice_falls_accepted: str = ""  # codes of practices that may fall further, until a night was published
    audit_copy: str = ""  # a folder elsewhere that every entry of the audit log is written to first
    requesters: Path = Path("/etc/wsic/requesters.toml")  # who may re-identify, and who reviews
    reidentify_keys_limit: int = 50  # pseudonyms in one request; more is bulk, and refused
    reidentify_daily_limit: int = 200  # pseudonyms of one requester in one day
    reidentify_days_back: int = 31  # how long before the night that is served a relationship may have held
    # How many days something that was never ended counts as open, since its last sign of activity.
    reidentify_spell_days: int = 365  # a hospital spell: since admission, or a part of it that began
    reidentify_referral_days: int = (
        548  # 18 months (78 weeks was the longest planned wait): since receipt or contact
    )
    reidentify_package_days: int = 548  # a yearly review, half a year late: since start, assessment or review
    reidentify_review_one_in: int = 10  # of the answers, one in so many goes to a listed reviewer
    break_glass_keys_limit: int = 5  # pseudonyms in one break-glass
    break_glass_review_days: int = 7  # a requester's unreviewed break-glass older than this stops the next
    disclosure_controlled: str = (
        ""  # tables that are controlled as open is, beside those of the project: product:schema.table …
    )
    releases_lost: str = ""  # runs whose release of open is lost: nothing is compared with it
    history_answers_days: int = 7  # an answer about an earlier night lies so long in its zone
    retention_schedule: Path = Path("retention.toml")  # this site's terms and legal holds
    keep_versions: int = 7  # published versions kept for rollback
    lock_held_by: str = "run"  # process: the whole run is one process; run: its tasks are several
    key_provider: str = "auto"  # where the root key comes from: file, environment or secrets service
    key_secret: str = ""  # its name in the secrets service that Airflow is configured with
    credentials_prefix: str = (
        ""  # senders' credentials are secrets of the service, so named; empty: files of keys/
    )
    next_key_secret: str = ""  # the name of the root that `wsic keys rotate --root` changes to
    volume_encryption: str = ""  # "declared: <evidence>" where what encrypts the zones lies below the machine
    warehouse_user: str = ""  # account that dbt runs as, by name or number; empty: the pipeline's own
    direct_care_group: str = ""  # the group that may read the product; empty: every account of the machine
    secondary_use_group: str = ""  # the same of the other product
    lock_stale_hours: int = 12  # a run without a sign of life for longer loses a lock held by "run"

    @property
    def is_production(self) -> bool:
        """Whether this deployment holds data about real people."""
        return self.env == "production"

    @property
    def allow_synthetic_numbers(self) -> bool:
        """Whether NHS numbers from the never-issued 9 range may identify a person."""
        return not self.is_production


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises :class:`SetupError` that tells of every value that cannot be used."""
    settings, faults = look_at_settings(environ)
    if faults:
        raise SetupError("; ".join(faults))
    return settings


def look_at_settings(environ: Mapping[str, str] | None = None) -> tuple[Settings, list[str]]:
    """The settings, with the default in the place of what cannot be used, and a text for each of these."""
    env = os.environ if environ is None else environ
    faults: list[str] = []
    raw = {**_from_file(env, faults), **_from_environ(env)}
    given: dict[str, Any] = {}
    for name, value in raw.items():
        try:
            given[name] = _convert(name, value)
        except SetupError as error:
            faults.append(str(error))
    settings = Settings(**given)
    broken = dict(_broken(settings))
    return replace(settings, **{name: getattr(Settings(), name) for name in broken}), [
        *faults, *broken.values(),
    ]  # fmt: skip


def unknown_names(environ: Mapping[str, str]) -> list[str]:
    """A text for every variable WSIC_* that nothing reads, with what it may have been meant to be."""
    known = {f"WSIC_{field.name.upper()}" for field in fields(Settings)} | set(_BESIDE_SETTINGS)
    found = sorted(name for name in environ if name.startswith("WSIC_") and name not in known)
    return [
        f"{name} is no setting" + (f"; valid: {near[0]}" if (near := get_close_matches(name, known)) else "")
        for name in found
        if not name.startswith(_OF_A_MAILBOX)
    ]


def _broken(settings: Settings) -> Iterator[tuple[str, str]]:
    """Name and fault of every value that is of the right type and can still not be used."""
    for name, valid in _WORDS.items():
        if getattr(settings, name) not in valid:
            yield name, one_of(f"WSIC_{name.upper()}", getattr(settings, name), valid)
    for field in fields(Settings):
        value = getattr(settings, field.name)
        least = 1 if field.name in _AT_LEAST_ONE else 0
        if isinstance(value, int) and value < least:
            yield field.name, f"WSIC_{field.name.upper()} is {value}; valid: a whole number from {least} on"
        if isinstance(value, float) and not 0 <= value <= 1:
            yield field.name, f"WSIC_{field.name.upper()} is {value}; valid: a share from 0 to 1"


def _from_environ(env: Mapping[str, str]) -> dict[str, Any]:
    return {
        field.name: env[key] for field in fields(Settings) if (key := f"WSIC_{field.name.upper()}") in env
    }


def _from_file(env: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    path = Path(env.get("WSIC_CONFIG", "wsic.toml"))
    if not path.exists():
        if "WSIC_CONFIG" in env:
            faults.append(
                f"WSIC_CONFIG names {path.name}, which is not there; valid: a TOML file, or no such name"
            )
        return {}
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        faults.append(f'{path.name} is not TOML; valid: lines such as memory_limit = "8GB"')
        return {}
    known = {field.name for field in fields(Settings)}
    faults += [f"{path.name}: " + one_of("setting", name, known) for name in raw if name not in known]
    return {name: value for name, value in raw.items() if name in known}


def _convert(name: str, value: Any) -> Any:
    kind = type(getattr(Settings(), name))
    try:
        return Path(value).absolute() if kind.__name__.endswith("Path") else kind(value)
    except (TypeError, ValueError) as error:
        raise SetupError(f"setting {name} must be of type {kind.__name__}") from error

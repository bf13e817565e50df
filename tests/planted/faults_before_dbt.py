"""Faults in what arrived, in keys and objections, in the pseudonymised zone and in dbt models."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from connectors.declare import SOURCE_WORDS
from pipeline import keys
from pipeline.errors import SetupError
from pipeline.identity.pseudonymise import projection
from pipeline.lineage import Place, Reading
from pipeline.warehouse import dbt, purposes
from pipeline.warehouse.purposes.project import SOURCE, Model, Project
from tests.objection_house import GP
from tests.planted.damage import both, in_warehouse, in_zone, is_any
from tests.planted.deployment import BEFORE, NAME, OBJECTORS, PRODUCT, RUN_ID, SECRET, Dbt, Deployment
from tests.planted.fault import Damage, Fault, Plant

Patch = pytest.MonkeyPatch


def _same_id(source: str) -> Plant:
    """Two patients of one sender under one id, as a feed sends them whose key column was shifted."""

    def plant(d: Deployment, _: Patch) -> None:
        gp = d.zones.fhir / "Patient" / "source=gp" / f"sender={GP['sender']}" / "data.parquet"
        target = d.zones.fhir / "Patient" / f"source={source}" / "sender=XXX" / "data.parquet"
        target.parent.mkdir(parents=True)
        shutil.copy(gp, target)
        told = (
            f"_source = '{source}', _sender = 'XXX', _file_id = 'file-{source}-XXX', id = 'one', "
            "_record_id = 'r' || _row"
        )
        d.rewrite(target, f"update t set {told}")
        current = d.home / "landing" / "current" / source / "XXX.parquet"
        current.parent.mkdir(parents=True, exist_ok=True)
        rows = "_file_id as file_id, _row as row, _record_id as record_id, false as supporting"
        with duckdb.connect() as connection:
            connection.execute(f"copy (select {rows} from '{target}') to '{current}' (format parquet)")

    return plant


def _codelists(where: str) -> Plant:
    def plant(d: Deployment, _: Patch) -> None:
        d.rewrite(d.zones.reference / "codelists.parquet", f"delete from t where {where}")

    return plant


def _in_production(d: Deployment, _: Patch) -> None:
    (d.home.parent / "elsewhere").mkdir()
    d.changes.update({"env": "production", "audit_copy": str(d.home.parent / "elsewhere")})


def _no_restricted_codes_in_production(d: Deployment, patch: Patch) -> None:
    root = tomllib.loads((d.zones.keys / "root.key").read_text("utf-8"))["root"]
    patch.setenv("WSIC_ROOT_KEY", root)
    _in_production(d, patch)
    _codelists("codelist = 'legally_restricted'")(d, patch)


def _another_root(d: Deployment, _: Patch) -> None:
    path = d.zones.keys / "root.key"
    path.write_text(f'kind = "deployment"\nroot = "{"0123456789abcdef" * 4}"\n', "utf-8")


def _key_that_others_may_read(d: Deployment, _: Patch) -> None:
    (d.zones.keys / "root.key").chmod(0o644)


def _rows_that_stay_out_written(_: Deployment, patch: Patch) -> None:
    """Code that forgets the decision about single rows."""
    real = projection._landed

    def forgetful(*given: object) -> str:
        return real(*given).partition("anti join")[0]  # type: ignore[arg-type]

    patch.setattr(projection, "_landed", forgetful)


def _zone(name: str) -> Callable[[Deployment], Path]:
    return lambda d: d.zones.pseudonymised(PRODUCT) / f"{name}.parquet"


def _with_dbt(plant: Plant, *failing: str) -> Plant:
    def planted(d: Deployment, patch: Patch) -> None:
        stand_in = Dbt(d.home / "template" / f"{PRODUCT}.duckdb")
        stand_in.failing = failing
        patch.setattr(dbt, "run", stand_in)
        plant(d, patch)

    return planted


def _put_back(why: str, table: str) -> Plant:
    def plant(d: Deployment, _: Patch) -> None:
        d.rewrite(_zone(table)(d), "insert into t (person_key) values (?)", d.key_of(OBJECTORS[why]))

    return _with_dbt(plant)


def _secret_row(d: Deployment, _: Patch) -> None:
    keys = [d.row_key(f"Observation/{SECRET}"), d.key_of("p1")]
    path = _zone("gp__observations")(d)
    d.rewrite(path, "insert into t (observations_key, person_key) values (?, ?)", *keys)


def _decided_by_another_run(d: Deployment, _: Patch) -> None:
    path = d.zones.identity / "eligibility" / f"{PRODUCT}_records.parquet"
    d.rewrite(path, f"update t set run_id = '{BEFORE}'")


def _project(*models: Model, strange: dict[str, str] | None = None) -> Plant:
    """dbt models as they are after dbt has compiled them, each reading the birth months of social care."""
    place = Place(f"{SOURCE}.social_care.patients", "birth_month")
    readings = {model.relation: Reading({"n": frozenset({place})}, frozenset()) for model in models}

    def plant(d: Deployment, patch: Patch) -> None:
        (d.zones.warehouse(PRODUCT).parent / "purposes.json").unlink(missing_ok=True)
        project = Project(list(models), dict(readings), {}, [], strange or {})
        patch.setattr(purposes, "_compiled", lambda *_: project)

    return _with_dbt(plant)


def _model(*wanted: str) -> Model:
    return Model(
        name="planted", relation="wsic.core.planted", layer="published", is_published=True, purposes=wanted
    )


def _undeclared_column(d: Deployment, patch: Patch) -> None:
    _project()(d, patch)
    d.rewrite(_zone("gp__patients")(d), f"alter table t add column surname varchar default '{NAME[1]}'")


def _nothing(_: Deployment, __: Patch) -> None:
    """The fault is what dbt says."""


_KEYS = {"step": "pseudonymise", "error": SetupError}
_OBJECTORS = r"the objections gate found 1 people and 0 rows .*\(pseudonymised"
_BUILT = in_warehouse()
_PURPOSES = {"step": "build", "gate": "purposes"}


def _went_on_with(source: str) -> Damage:
    """The night linked and pseudonymised what arrived, one id standing for many."""

    def seen(d: Deployment) -> bool:
        landed = d.zones.fhir / "Patient" / f"source={source}" / "sender=XXX" / "data.parquet"
        linked = "select 1 from step where run_id = ? and step = 'link' and outcome = 'done'"
        return bool(d.ledger.query(linked, (RUN_ID,))) and is_any(landed, "t group by id having count(*) > 1")

    return seen


def _has_key_of(record_id: str, table: str = "gp__patients") -> Damage:
    return in_zone(table, lambda d: f"person_key = '{d.key_of(record_id)}'")


def _own_key(record_id: str, column: str = "observations_key") -> Callable[[Deployment], str]:
    return lambda d: f"{column} = '{d.row_key(f'Observation/{record_id}')}'"


def _person(record_id: str) -> Callable[[Deployment], str]:
    return lambda d: f"core.person where person_key = '{d.key_of(record_id)}'"


def _with_another_root(d: Deployment) -> bool:
    """Keys are handed out that are not those which the run noted."""
    noted = d.ledger.query("select key_ids from run where run_id = ?", (RUN_ID,))[0]["key_ids"]
    return bool(keys.key_ids(d.settings) != noted)


def _root_says(word: str) -> Damage:
    return lambda d: word in (d.zones.keys / "root.key").read_text("utf-8")


def _heeds_what_lapsed(d: Deployment) -> bool:
    """The product was made anew with a reply of longer ago than 21 days."""
    rows = d.ledger.query("select reply_on from objection_check where run_id = ?", (RUN_ID,))
    return bool(rows) and rows[0]["reply_on"] < "2026-03-01"


FAULTS = (
    *(
        Fault(
            name=f"two patients of {source} under one id", step=f"check_arrivals {source}",
            gate=f"arrived.{source}", says=rf"arrived\.{source}\.ids_unique: \d+ of \d+ failed in .*Patient",
            plant=_same_id(source), then=("link", "pseudonymise"),
            damage=_went_on_with(source),
        )
        for source in SOURCE_WORDS
    ),
    Fault(
        name="a development key in production", gate="keys.fit_for_production",
        says="is a development key", plant=_in_production, **_KEYS,  # type: ignore[arg-type]
        damage=both(
            lambda d: d.settings.is_production, _root_says('kind = "development"'), _has_key_of("p1")
        ),
    ),
    Fault(
        name="the root key of another deployment", gate="keys.of_this_deployment",
        says="is not the one that this deployment was made with", plant=_another_root,
        step="hand_out_keys", error=SetupError, damage=_with_another_root,
    ),
    Fault(
        name="a key file that others may read", gate="keys.private", says="has mode 0644",
        plant=_key_that_others_may_read, **_KEYS,  # type: ignore[arg-type]
        damage=both(
            lambda d: bool((d.zones.keys / "root.key").stat().st_mode & 0o077), _has_key_of("p1")
        ),
    ),
    Fault(
        name="no list of restricted codes in production", step="pseudonymise",
        gate="restricted_codes_known", says="no legally restricted codes are known",
        plant=_no_restricted_codes_in_production,
        damage=in_zone("gp__observations", _own_key(SECRET)),
    ),
    Fault(
        name="no codes of Type 1 objections", step="pseudonymise", gate="type_1_codes_known",
        says="needs the code lists", plant=_codelists("codelist = 'type_1_dissent'"),
        damage=_has_key_of(OBJECTORS["type_1_objection"]),
    ),
    Fault(
        name="an opt-out reply that has lapsed", step="pseudonymise", gate="opt_out_reply_valid",
        says="needs a national opt-out reply, and the newest is of",
        plant=lambda d, _: d.in_vault("update vault.national_reply_state set reply_on = reply_on - 60"),
        damage=both(_heeds_what_lapsed, _has_key_of("p1")),
    ),
    Fault(
        name="restricted rows written by code that forgets them", step="pseudonymise",
        gate="accounts_balance", says="1 rows written but withheld", plant=_rows_that_stay_out_written,
        damage=in_zone("gp__observations", _own_key(SECRET)),
    ),
    *(
        Fault(
            name=f"a person back in the pseudonymised {table} ({why})", step="build",
            gate="objections.pseudonymised", says=_OBJECTORS, plant=_put_back(why, table),
            damage=in_warehouse(_person(OBJECTORS[why])),
        )
        for why, table in zip(OBJECTORS, ("gp__patients", "person_sources", "gp__observations"), strict=True)
    ),
    Fault(
        name="an objector's past carried over from what was published before", step="build",
        gate="objections.pseudonymised", says=_OBJECTORS,
        plant=_put_back("type_1_objection", "history__practice_history"),
        damage=in_warehouse(
            lambda d: f"core.practice_history where person_key = '{d.key_of(OBJECTORS['type_1_objection'])}'"
        ),
    ),
    Fault(
        name="a restricted row back in the pseudonymised zone", step="build",
        gate="objections.pseudonymised", says=r"0 people and 1 rows .*\(pseudonymised",
        plant=_with_dbt(_secret_row),
        damage=in_warehouse(lambda d: f"core.activity where {_own_key(SECRET, 'activity_key')(d)}"),
    ),
    Fault(
        name="pseudonymised by another night, and that step skipped", step="build",
        gate="decided_by_this_run", says="has not decided who may be in it",
        plant=_with_dbt(_decided_by_another_run), damage=_BUILT,
    ),
    Fault(
        name="a surname in the pseudonymised zone that no line allows", says=r"gp__patients\.surname",
        plant=_undeclared_column, **_PURPOSES,
        damage=both(in_zone("gp__patients", f"surname = '{NAME[1]}'"), _BUILT),
    ),
    Fault(
        name="a published model without a purpose", says="planted: no purpose in its yml",
        plant=_project(_model()), damage=_BUILT, **_PURPOSES,
    ),
    Fault(
        name="social care read for risk stratification",
        says="risk_stratification is not allowed by the legal bases",
        plant=_project(_model("risk_stratification")), damage=_BUILT, **_PURPOSES,
    ),
    Fault(
        name="a model that reads a file of its own", says="planted: it reads what is no ref",
        plant=_project(strange={"planted": "it reads what is no ref"}), damage=_BUILT, **_PURPOSES,
    ),
    Fault(
        name="a dbt test that fails", step="build", gate="dbt", says="test wsic.unique_person",
        plant=_with_dbt(_nothing, "test.wsic.unique_person"),
        damage=both(_BUILT, lambda d: "dbt.tests_passed" in d.failed()),
    ),
)  # fmt: skip

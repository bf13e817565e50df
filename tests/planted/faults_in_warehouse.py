"""Faults in the warehouse that dbt built: who should not be there, and rules of the suites broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.planted.damage import served
from tests.planted.deployment import NAME, OBJECTORS, OTHER, PRODUCT, SECRET, Deployment
from tests.planted.fault import Damage, Fault, Plant
from tests.planted.faults_after_dbt import LOOKED, of_person
from tests.planted.rule_breaks import BREAKS

Patch = pytest.MonkeyPatch
_AS_ANOTHER = "insert into {0} select * replace ({1}) from {0} limit 1"  # like a row that is there


def _objector(why: str, table: str) -> Plant:
    return lambda d, _: d.change(
        _AS_ANOTHER.format(table, f"'{d.key_of(OBJECTORS[why])}' as person_key" + _OWN_KEY.get(table, ""))
    )


_OWN_KEY = {"core.activity": ", sha256('another') as activity_key"}


def _secret_row(d: Deployment, _: Patch) -> None:
    keys = f"'{d.row_key(f'Observation/{SECRET}')}' as activity_key, '{d.key_of('p1')}' as person_key"
    d.change(_AS_ANOTHER.format("core.activity", keys))


def _secret(d: Deployment) -> str:
    return f"core.activity where activity_key = '{d.row_key(f'Observation/{SECRET}')}'"


_TABLES = ("core.person", "core.activity", "core.registration")

# What one rule of each suite stands against, in what is published.
_BROKEN = {
    "published.contract": ("handling_lets_it_leave", "meta.data_dictionary where handling = 'identifier'"),
    "published.people": ("months_not_days", "core.person where day(birth_month) <> 1"),
    "published.activity": ("activity_not_in_future", "core.activity where start_at > timestamp '2026-03-31'"),
    "published.metrics": ("counts_not_negative", "wsic.metric where numerator < 0"),
    "published.care_lists": ("gap_says_done_or_due", "wsic.gap_in_care where due_since > date '2026-03-31'"),
    "published.audit": ("reconciliation_balances", "audit.reconciliation where rows_in > rows_out + "
                        "rows_quarantined + rows_withheld + rows_superseded"),
    "published.leaks": ("no_email", "core.activity where contains(treatment_function_code, '@')"),
    "published.k_anonymity": ("k_anonymity_measured", "(select count(*) as n from quality.k_anonymity "
                              "where stage = 'after') where n = 0"),
}  # fmt: skip


def _in_any_activity(statement: str) -> str:
    """The rule's break, for people and activities under the pseudonyms of this deployment."""
    return statement.replace("sha256('activity0')", "(select min(activity_key) from core.activity)")


def _breaking(suite: str) -> Fault:
    rule, relation = _BROKEN[suite]
    statement = _in_any_activity(BREAKS[suite][rule])
    return Fault(
        name=f"{suite}: {rule} broken in the warehouse", step="check_product", gate=suite,
        says=rf"{suite}\.{rule}: ", plant=lambda d, _: d.change(statement), then=("publish_product",),
        damage=served(relation),
    )  # fmt: skip


def _wrongly_let_in(d: Deployment, _: Patch) -> None:
    """The step that decides forgot an objector, and all that it writes agrees with it."""
    who = OBJECTORS["type_1_objection"]
    decided = d.zones.identity / "eligibility" / f"{PRODUCT}_records.parquet"
    d.rewrite(decided, f"update t set reason = null where record_id = '{who}'")
    released = d.zones.pseudonymised(PRODUCT) / "person_sources.parquet"
    d.rewrite(released, "insert into t (person_key) values (?)", d.key_of(who))
    for table in ("core.person", "wsic.population_segment"):
        d.change(_AS_ANOTHER.format(table, f"'{d.key_of(who)}' as person_key"))


def _key_elsewhere(record_id: str, product: str) -> tuple[Plant, Damage]:
    """The pseudonym of somebody who may not be in, or of another product, where nobody would look for one."""
    table = "wsic.population_segment"

    def plant(d: Deployment, _: Patch) -> None:
        at = f"{table} set reason = '{d.key_of(record_id, product)}'"
        d.change(f"update {at} where person_key = '{d.key_of('p1' if product != PRODUCT else 'p2')}'")

    return plant, served(lambda d: f"{table} where reason = '{d.key_of(record_id, product)}'")


_AT_REST: dict[str, Any] = {"step": "check_product", "then": ("publish_product",)}

_LATER: dict[str, Any] = {"then": ("publish_product",), "behind": ("published.people", "objections.version")}

IN_WAREHOUSE = (
    *(
        Fault(
            name=f"a person back in the warehouse's {table} ({why})", step="check_product",
            gate="objections.warehouse", says=LOOKED.format("warehouse"), plant=_objector(why, table),
            damage=of_person(OBJECTORS[why], table), **_LATER,
        )
        for why, table in zip(OBJECTORS, _TABLES, strict=True)
    ),
    Fault(
        name="a restricted row back in the warehouse", step="check_product", gate="objections.warehouse",
        says=r"0 people and 1 rows .*\(warehouse", plant=_secret_row, damage=served(_secret), **_LATER,
    ),
    Fault(
        name="a repeated person, of whom the suite's failure is heeded", step="check_product",
        gate="conclude", says=r"published\.people\.person_once",
        plant=lambda d, _: d.change("insert into core.person from core.person limit 1"),
        damage=served("core.person group by person_key having count(*) > 1"), then=("publish_product",),
    ),
    Fault(
        name="an objector whom the night's decision forgot", gate="objections.afresh",
        says=LOOKED.format("warehouse"), plant=_wrongly_let_in,
        damage=of_person(OBJECTORS["type_1_objection"], "core.person"), **_AT_REST,
    ),
    *(
        Fault(
            name=f"the pseudonym of {whose} in a column of texts", gate="objections.anywhere",
            says=LOOKED.format("warehouse"), plant=_key_elsewhere(record_id, product)[0],
            damage=_key_elsewhere(record_id, product)[1], **_AT_REST,
        )
        for whose, record_id, product in (
            ("an objector", OBJECTORS["national_opt_out"], PRODUCT),
            ("another product", "p2", OTHER),
        )
    ),
    *(_breaking(suite) for suite in _BROKEN),
    Fault(
        name="published.index_leaks: a name of the index in the warehouse", step="check_product",
        gate="published.index_leaks", says=r"published\.index_leaks\.no_name: ",
        plant=lambda d, _: d.change(f"update wsic.population_segment set reason = '{' '.join(NAME)}'"),
        damage=served(f"wsic.population_segment where reason = '{' '.join(NAME)}'"),
        then=("publish_product",),
    ),
)  # fmt: skip

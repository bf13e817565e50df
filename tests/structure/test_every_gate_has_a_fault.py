"""No gate without a planted fault, and no refusal in the code that is no gate's: a new one is found here.

A refusal is a :class:`ChecksRefusedError` anywhere in the pipeline, one of its kinds, and a
:class:`SetupError` of the rooms that stand between records and their readers: keys, zones, re-identification.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from expectations.published import MARKED_SUITES, OPEN_SUITES, SUITES
from expectations.sources import SUITES as ARRIVALS
from pipeline import gate_results
from pipeline.gate_words import DBT_RULES, OBJECTION_STAGES, PURPOSE_RULES
from pipeline.settings import OPEN_PRODUCT, PRODUCTS
from tests.planted.all_faults import FAULTS
from tests.planted.asking import ASKINGS
from tests.planted.fault import STEPS
from tests.planted.gates import GATES
from tests.planted.rule_breaks import BREAKS

ROOT = Path(__file__).parent.parent.parent
REFUSALS = ("ChecksRefusedError", "ExportRefusedError", "RequestRefusedError")
GUARDING = ("keys", "least_privilege", "reidentify")  # rooms whose SetupError is a refusal, too
# Functions that refuse and stand on no way to a publish, or that another room's tests break in every way.
ELSEWHERE = {
    "audit_log.append:_begin_copy": "tests/faults/audit_log/test_cut_everywhere.py",
    "audit_log.append:_find_end": "tests/faults/audit_log/test_tampering.py",
    "audit_log.append:_require_none_before": "tests/faults/audit_log/test_tampering.py",
    "audit_log.append:_settle_copy": "tests/faults/audit_log/test_cut_everywhere.py",
    "audit_log.heads:require_known": "tests/faults/audit_log/test_tampering.py",
    "checks:run_product_checks": "tests/faults/expectations/test_product_suites.py",
    "checks:product_context": "tests/faults/expectations/test_product_suites.py",
    "identity.objections.released:_undecided": "tests/faults/exporting/test_export_refused.py",
    "run.opt_out_check:require_reply": "tests/unit/objections/test_opt_out_check.py",
    "run.relinking:_require_few": "tests/unit/identity/test_relink.py",
    "run.exporting.judge:judge": "tests/faults/exporting/test_export_refused.py",
    "run.exporting.target:require_target": "tests/faults/exporting/test_export_refused.py",
    "publish.copying:copy_tables": "tests/faults/publish/test_publish.py",
    "keys.provider:find_root": "tests/unit/keys/test_providers.py",
    "keys.provider:make_next": "tests/unit/keys/test_root_rotation.py",
    "keys.provider.environment:read": "tests/unit/keys/test_providers.py",
    "keys.provider.root:parse_root": "tests/unit/keys/test_providers.py",
    "keys.provider.root_file:_entries": "tests/unit/keys/test_providers.py",
    "keys.provider.root_file:_parse": "tests/unit/keys/test_providers.py",
    "keys.provider.root_file:make_next": "tests/unit/keys/test_root_rotation.py",
    "keys.provider.root_file:require_makeable": "tests/unit/keys/test_providers.py",
    "keys.provider.secrets_service:_text": "tests/unit/keys/test_providers.py",
    "keys.provider.secrets_service:_backend": "tests/unit/keys/test_providers.py",
    "keys.provider.secrets_service:read": "tests/unit/keys/test_providers.py",
    "keys.register:_readable": "tests/unit/keys/test_key_versions.py",
    "keys.register:require_nothing_linked": "tests/unit/keys/test_key_versions.py",
    "keys.ring:_version": "tests/unit/keys/test_keys.py",
    "keys.sealing:unseal": "tests/unit/keys/test_root_rotation.py",
    "least_privilege.accounts:find_account": "tests/faults/least_privilege/test_production_is_protected.py",
    "least_privilege.accounts:find_group": "tests/faults/least_privilege/test_production_is_protected.py",
    "least_privilege.accounts:share": "tests/privacy/least_privilege/test_products_and_their_readers.py",
    "least_privilege.confined:require_startable": (
        "tests/faults/least_privilege/test_production_is_protected.py"
    ),
    "least_privilege.protection:_declaration": "tests/faults/least_privilege/test_production_is_protected.py",
    "reidentify.requesters:_require_fields": "tests/faults/reidentify/test_refusals.py",
    "reidentify.requesters:load_listed": "tests/faults/reidentify/test_refusals.py",
}


def refusing_functions() -> Iterator[str]:
    """``module:function`` of everything in the pipeline that raises ``ChecksRefusedError``, or makes one."""
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        if path.is_relative_to(ROOT / "pipeline" / "cli"):
            continue  # commands that look at what is served, or say what a gate said
        module = ".".join(path.relative_to(ROOT / "pipeline").with_suffix("").parts).removesuffix(".__init__")
        words = (*REFUSALS, "SetupError") if module.split(".")[0] in GUARDING else REFUSALS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and _makes_a_refusal(node, words):
                yield f"{module}:{node.name}"


def _makes_a_refusal(function: ast.FunctionDef, words: tuple[str, ...]) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in words
        for node in ast.walk(function)
    )


def test_every_refusal_in_the_code_belongs_to_a_gate() -> None:
    claimed = {raiser for gate in GATES.values() for raiser in gate.raisers}
    assert set(refusing_functions()) == claimed | set(ELSEWHERE)
    assert not claimed & set(ELSEWHERE)
    assert all((ROOT / place).exists() for place in ELSEWHERE.values())


def test_every_gate_has_a_fault_and_every_fault_a_gate() -> None:
    assert {fault.gate for fault in FAULTS} | {asking.gate for asking in ASKINGS} == set(GATES)
    assert {step for fault in FAULTS for step in (fault.step, *fault.then)} == set(STEPS)
    behind = {name for one in (*FAULTS, *ASKINGS) for name in one.behind}
    assert behind <= set(GATES)


def test_every_suite_and_every_look_is_a_gate() -> None:
    assert {f"arrived.{source}" for source in ARRIVALS} <= set(GATES)
    assert {suite.word for suite in SUITES} <= set(GATES)
    assert {f"marked: {suite.word}" for suite in MARKED_SUITES} <= set(GATES)
    assert {f"open: {suite.word}" for suite in OPEN_SUITES} <= set(GATES)
    assert {f"objections.{stage}" for stage in OBJECTION_STAGES} <= set(GATES)


def test_every_result_that_a_gate_leaves_is_asked_for_before_something_is_served() -> None:
    """What a publish does not ask for could be skipped unseen."""
    for product in (*PRODUCTS, OPEN_PRODUCT):
        wanted = {
            (row.suite, row.rule_id)
            for row in (*gate_results.before_writing(product), *gate_results.before_serving(product))
        }
        suites = (
            *ARRIVALS.values(),
            *(OPEN_SUITES if product == OPEN_PRODUCT else (*SUITES, *MARKED_SUITES)),
        )
        assert {(suite.word, rule.rule_id) for suite in suites for rule in suite.rules} <= wanted
        assert {("audit_log", "chain_is_intact"), ("published.copies", "copies_equal_tables")} <= wanted
        stages = ("open",) if product == OPEN_PRODUCT else ("pseudonymised", "warehouse", "version")
        assert {("objections", f"{stage}_people") for stage in stages} <= wanted
        if product != OPEN_PRODUCT:
            assert {("purpose", rule) for rule in PURPOSE_RULES} <= wanted
            assert {("dbt", rule) for rule in DBT_RULES} <= wanted


def test_there_are_enough_faults_and_each_has_a_name_of_its_own() -> None:
    names = [one.name for one in (*FAULTS, *ASKINGS)]
    assert len(names) == len(set(names)) >= 100
    assert sum(len(rules) for rules in BREAKS.values()) >= 45


def test_the_documentation_says_how_many_faults_and_gates_there_are() -> None:
    said = (ROOT / "docs" / "gates.md").read_text(encoding="utf-8")
    faults, rules = len(FAULTS) + len(ASKINGS), sum(len(broken) for broken in BREAKS.values())
    assert f"{faults} faults against {len(GATES)} gates" in said
    assert f"{rules} rules" in said

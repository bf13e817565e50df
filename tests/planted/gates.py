"""Every gate on the way to a publish, and how each is taken away: what it would refuse then goes on.

``raisers`` are the functions that refuse in the gate's name; the structure tests hold them against the code,
so that a gate which is added without a line here, and so without a fault, is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pipeline.open_product.release as open_release
import pipeline.publish.versions as versions
from expectations import products
from expectations.sources import SUITES as ARRIVALS
from pipeline import audit_log, checks, gate_results
from pipeline.gate_words import OBJECTION_STAGES, PURPOSE_RULES
from pipeline.identity import eligibility
from pipeline.identity.eligibility import type_1
from pipeline.identity.objections import gate as objections
from pipeline.identity.objections import looked, may_appear
from pipeline.identity.pseudonymise import accounts
from pipeline.ledger import Ledger
from pipeline.open_product import build as open_build
from pipeline.open_product import told, universe
from pipeline.publish import copying, release
from pipeline.publish import gate as publish_gate
from pipeline.publish.public import public_models
from pipeline.run import gates as run_gates
from pipeline.warehouse import purposes
from pipeline.zones import Zones
from tests.gate_rows import put_passed
from tests.planted import gates_asking, gates_before
from tests.planted.gate import Gate, Patch, instead, nothing


def _suite(word: str, defaults: dict[str, Any], place: str) -> Callable[[Patch], None]:
    """Neither judged, nor missed by whoever asks whether all were judged."""

    def off(patch: Patch) -> None:
        kept = tuple(suite for suite in defaults["suites"] if suite.word != word)
        patch.setitem(defaults, "suites", kept)
        patch.setattr(gate_results, place, kept)

    return off


def _arrivals(source: str) -> Callable[[Patch], None]:
    return lambda patch: patch.setitem(ARRIVALS, source, replace(ARRIVALS[source], rules=()))  # type: ignore[arg-type]


def _look(stage: str) -> Callable[[Patch], None]:
    """The look for objectors in one stage finds nothing, and says that it looked."""

    def off(patch: Patch) -> None:
        real = run_gates.identity.objections_gate  # another stage's may be away already

        def blind(settings: Any, ledger: Any, **given: Any) -> Any:
            if given["stage"] != stage:
                return real(settings, ledger, **given)
            looked = objections.Looked(tables=1, keys=1, people=0, rows=0)
            objections._record(ledger, given["run_id"], given["product"], stage, looked)
            return looked

        patch.setattr(run_gates.identity, "objections_gate", blind)

    return off


def _conclude(patch: Patch) -> None:
    def off(ledger: Any, run_id: str, product: str, results: Any) -> Any:
        checks.record(ledger, run_id, product, [replace(result, is_passed=True) for result in results])
        return results

    for module in (checks, release, open_release):
        patch.setattr(module, "conclude", off)


def _no_copies(patch: Patch) -> None:
    """Compared, and found equal whatever they hold."""
    for module in (release, open_release):
        real = module.check_copies

        def equal(*args: Any, real: Any = real, **kwargs: Any) -> Any:
            return [replace(each, is_passed=True, rows_failed=0) for each in real(*args, **kwargs)]

        patch.setattr(module, "check_copies", equal)


def _log_passed(patch: Patch) -> None:
    """The log is taken to hold."""

    def off(settings: Any, *, run_id: str = "", product: str = "") -> None:
        row = gate_results.Wanted(product, "audit_log", "chain_is_intact")
        put_passed(Ledger(Zones(settings.home).audit / "ledger.sqlite"), run_id, [row])

    patch.setattr(audit_log, "require_intact", off)


def _purposes_passed(patch: Patch) -> None:
    """Every model may read what it reads."""

    def off(ledger: Any, *, run_id: str, product: str, **_: Any) -> None:
        put_passed(ledger, run_id, [gate_results.Wanted(product, "purpose", rule) for rule in PURPOSE_RULES])

    patch.setattr(purposes, "require_allowed", off)


def _no_releases(patch: Patch) -> None:
    """As before cells were kept: what is not on the shelf is not known."""
    patch.setattr(told, "kept", lambda *_: [])
    patch.setattr(told, "not_kept", lambda *_: {})


def _believed(patch: Patch) -> None:
    """What the step decided that leaves people out is taken as it is."""

    def look_nowhere(connection: Any, zones: Any, **given: Any) -> None:
        connection.execute("create or replace temp table person_out (person_id varchar)")
        columns = "source varchar, sender varchar, record_id varchar"
        connection.execute(f"create or replace temp table record_out ({columns})")

    patch.setattr(may_appear, "look_afresh", look_nowhere)
    patch.setattr(may_appear, "marked_rows", lambda *_: "select null::varchar as message where false")


def _every_public_table(manifest: Path, product: str) -> list[tuple[str, str]]:
    """Whatever a model says of itself, wherever it lies."""
    return sorted(
        (name.partition(".")[0], name.partition(".")[2]) for name in public_models(manifest, product)
    )


def _unannounced(*_: Any, **__: Any) -> Any:
    return nullcontext()


_BUILD = import_module("pipeline.warehouse.build")  # the room's own name is the function's
_JUDGE = ("checks:run_arrival_checks",)
_JUDGE_PRODUCT = ("checks:run_product_checks",)  # with the look for identifiers of the index
_JUDGE_OPEN = ("open_product.release:judge_release",)
_JUDGE_MARKED = ("publish.release:judge_marked",)
_LOOK = ("identity.objections.gate:objections_gate",)
_ARRIVED = {f"arrived.{source}": Gate(off=_arrivals(source), works=_JUDGE) for source in ARRIVALS}
_PRODUCT = {
    suite.word: Gate(
        off=_suite(suite.word, products.check_product.__kwdefaults__, "SUITES"), works=_JUDGE_PRODUCT
    )
    for suite in gate_results.SUITES
}
_OPEN = {
    f"open: {suite.word}": Gate(
        off=_suite(suite.word, products.check_open_product.__kwdefaults__, "OPEN_SUITES"), works=_JUDGE_OPEN
    )
    for suite in gate_results.OPEN_SUITES
}
_MARKED = {
    f"marked: {suite.word}": Gate(
        off=_suite(suite.word, products.check_marked.__kwdefaults__, "MARKED_SUITES"), works=_JUDGE_MARKED
    )
    for suite in gate_results.MARKED_SUITES
}
_LOOKS = {
    f"objections.{stage}": Gate(off=_look(stage), raisers=_LOOK, works=_LOOK) for stage in OBJECTION_STAGES
}

GATES: dict[str, Gate] = {
    **_ARRIVED,
    **_PRODUCT,
    **_MARKED,
    **_OPEN,
    **_LOOKS,
    **gates_before.GATES,
    **gates_asking.GATES,
    "conclude": Gate(off=_conclude, raisers=("checks:conclude",), works=("checks:conclude",)),
    "restricted_codes_known": Gate(
        off=nothing((eligibility, "_require_restricted_codes")),
        raisers=("identity.eligibility:_require_restricted_codes",),
    ),
    "type_1_codes_known": Gate(
        off=nothing((type_1, "_require_lists")), raisers=("identity.eligibility.type_1:_require_lists",)
    ),
    "opt_out_reply_valid": Gate(
        off=nothing((eligibility, "require_valid_reply")),
        raisers=("identity.objections.state:require_valid_reply",),
    ),
    "accounts_balance": Gate(
        off=nothing((accounts, "_require_balance")),
        raisers=("identity.pseudonymise.accounts:_require_balance",),
    ),
    "objections.afresh": Gate(off=_believed, works=("identity.objections.afresh:look_afresh",)),
    "objections.anywhere": Gate(
        off=instead(looked, "_of_anything", lambda *_: 0), works=("identity.objections.looked:_of_anything",)
    ),
    "decided_by_this_run": Gate(
        off=nothing((may_appear, "_require_decided"), (may_appear, "_require_run")),
        raisers=(
            "identity.objections.may_appear:_require_decided",
            "identity.objections.may_appear:_require_run",
        ),
    ),
    "purposes": Gate(
        off=_purposes_passed,
        raisers=("warehouse.purposes:_refused", "warehouse.purposes:_compiled"),
        works=("warehouse.purposes:require_allowed",),
    ),
    "dbt": Gate(off=nothing((_BUILD, "_require_built")), raisers=("warehouse.build:_require_built",)),
    "audit_log.intact": Gate(
        off=_log_passed,
        raisers=("audit_log.gate:require_intact",),
        works=("audit_log.gate:require_intact",),
    ),
    "publish.passed": Gate(
        off=nothing((publish_gate, "require_passed")), raisers=("publish.gate:require_passed",)
    ),
    "publish.unchanged": Gate(
        off=nothing((publish_gate, "require_unchanged")), raisers=("publish.gate:require_unchanged",)
    ),
    "publish.public_tables": Gate(
        off=instead(release, "public_tables", _every_public_table),
        raisers=("publish.public:public_models", "publish.public:public_tables"),
    ),
    "publish.sealed": Gate(off=nothing((copying, "seal")), raisers=("publish.copying:seal",)),
    "publish.results_are_words": Gate(
        off=lambda patch: patch.setattr(copying, "_WORD", re.compile(".*")),
        raisers=("publish.copying:_results",),
    ),
    "controlled.words": Gate(
        off=lambda patch: patch.setattr(release, "marked_tables", lambda *_: []),
        raisers=("controlled.words:_refused", "controlled.system:_published"),
    ),
    "copies": Gate(off=_no_copies, works=("publish.copies:check_copies",)),
    "announced": Gate(
        off=lambda patch: patch.setattr(release, "announced", _unannounced),
        works=("publish.announced:_counts",),
    ),
    "open.made_from_published": Gate(
        off=lambda patch: patch.setattr(open_release, "_is_published", lambda *_: True),
        raisers=("open_product.release:publish_open",),
        works=("open_product.release:_is_published",),
    ),
    "open.releases_known": Gate(
        off=_no_releases,
        raisers=("open_product.told:_not_as_kept", "open_product.told:_unknown"),
    ),
    "open.measures_agree": Gate(
        off=nothing((universe, "_require_unambiguous")),
        raisers=("open_product.universe:_require_unambiguous",),
    ),
    "open.units_known": Gate(
        off=nothing((open_build, "_require_scales")), raisers=("open_product.build:_require_scales",)
    ),
    "rollback.same_key": Gate(off=nothing((versions, "require_same_key"))),
    "rollback.reply_holds": Gate(
        off=nothing((versions, "require_reply_holds")), raisers=("publish.versions:require_reply_holds",)
    ),
}

"""A deployment after one night, of ledger, audit log and small versions: for tests of its report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb

from expectations.published import OPEN_SUITES, SUITES
from pipeline import audit_log, ig_report, least_privilege
from pipeline.ig_report.evidence.objections import STAGES
from pipeline.ig_report.findings import Findings
from pipeline.keys import key_ids, load_keys
from pipeline.ledger import Ledger
from pipeline.run import ig_reporting, open_ledger
from pipeline.settings import PRODUCTS, Settings
from tests.audit_desk import settings_in

RUN, AT = "20260331-001", "2026-03-31T02:00:00+00:00"
LATER = "2999-01-01T00:00:00+00:00"  # after every entry that a test appends
GATES = ("audit_log", "published.copies", "purpose", "dbt")
PEOPLE = f"""
create schema quality; create schema wsic;
create table quality.k_anonymity as select '{RUN}' as run_id, stage, 5 as k, 'age, sex' as quasi_identifiers,
    40 as classes, if(stage = 'after', 5, 1) as smallest_class, 300 as people,
    if(stage = 'after', 0, 120) as people_below, 77 as people_generalised, true as is_enforced
from (values ('before'), ('after')) as t (stage);
create table quality.linkage as select '{RUN}' as run_id, source, 'all' as group_type, 'all' as group_value,
    records, registered as records_registered, 2.0::double as estimated_missed, 1.0::double as estimated_false
from (values ('gp', 1000, 1000), ('acute', 200, 190)) as t (source, records, registered);
create table quality.linkage_drift as select 'link_step' as profile, 'acute' as source, 3 as nights_before,
    0.3::double as stability_index;
create table wsic.metric as select 'total_bed_days' as metric_id, 'system' as area_type, 'all' as group_type,
    date '2025-04-01' as period_start, date '2026-03-31' as period_end, 'per 1000' as unit,
    203.5::double as value, 201.25::double as value_low, 209.75::double as value_high;
"""
OPEN = """
create schema open; create table open.metric as select i < 30 as is_suppressed from range(90) as t (i);
create table open.population as select false as is_suppressed from range(12);
create table open.segment as select false as is_suppressed from range(8);
"""


class Page(HTMLParser):
    """What a reader meets: texts in order, headings, tables, links, every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source, self.texts, self.tags = text, [], []  # type: ignore[var-annotated]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip() and (not self.tags or self.tags[-1][0] != "style"):
            self.texts.append(" ".join(data.split()))

    def section(self, name: str) -> Page:
        """One section by its id."""
        found = re.search(rf'<section id="{name}".*?</section>', self.source, flags=re.DOTALL)
        assert found, name
        return Page(found[0])

    def row(self, *cells: str) -> bool:
        """Whether the cells follow each other."""
        places = range(len(self.texts) - len(cells) + 1)
        return any(tuple(self.texts[place : place + len(cells)]) == cells for place in places)

    def fact(self, name: str) -> str:
        """What stands behind the name of a fact."""
        return str(self.texts[self.texts.index(name) + 1])

    @property
    def first_line(self) -> str:
        """The verdict."""
        return str(self.texts[self.texts.index("Verdict") + 1])


class Desk:
    """One deployment; what a test does not say is a night on which all went well."""

    def __init__(self, folder: Path) -> None:
        # No answer is picked for the reviewers by chance.
        self.settings: Settings = replace(settings_in(folder), reidentify_review_one_in=10**30)
        self.ledger: Ledger = open_ledger(self.settings)

    def put(self, table: str, *rows: Mapping[str, Any]) -> None:
        """Rows of the ledger, of this run if they name none; all have the same columns."""
        own = (
            {}
            if table in ("file_rule", "extension", "opt_out_request", "subject_decision")
            else {"run_id": RUN}
        )
        self.ledger.put(table, [{**own, **row} for row in rows])

    def sql(self, statement: str, *values: object) -> None:
        """Change the ledger."""
        with self.ledger.transaction() as connection:
            connection.execute(statement, values)

    def night(self, published: Sequence[str] = (*PRODUCTS, "open"), **run: object) -> Desk:
        """A run that landed two files and published, with every gate's result."""
        self.put("run", {"as_of": "2026-03-31", "started_at": AT, "outcome": "published", "code_version": "1",
                         "key_ids": key_ids(self.settings), **run})  # fmt: skip
        self.land()
        for product in published:
            self.publish(product)
        self.put("disclosure", {"cells": 500, "suppressed_primary": 41, "suppressed_secondary": 17,
                                "releases_before": 2})  # fmt: skip
        return self

    def land(self) -> None:
        """Two files, of which one lost three rows, four were replaced, and some stay out of the products."""
        for file_id, source, rows, lost, old in (("a", "gp", 100, 0, 0), ("b", "acute", 60, 3, 4)):
            self.put("file", {"file_id": file_id, "source": source, "sender": "YGM01",
                              "extract_date": "2026-03-31", "file_name": f"{source}.csv", "file_sha256": "0",
                              "format": "sus", "rows_in": rows, "rows_landed": rows - lost,
                              "rows_quarantined": lost, "outcome": "landed"})  # fmt: skip
            self.put("file_seen", {"file_id": file_id, "outcome": "landed"})
            self.put("stage", {"file_id": file_id, "stage": "current", "rows_in": rows - lost,
                               "rows_out": rows - lost - old, "rows_superseded": old})  # fmt: skip
            for product, out in zip(PRODUCTS, (5, 9), strict=True):
                self.put("stage", {"file_id": file_id, "stage": "pseudonymised", "product": product,
                                   "rows_in": rows - lost - old, "rows_out": rows - lost - old - out,
                                   "rows_withheld": out})  # fmt: skip
        feeds = (("gp", "YGM01", "emis", 1, 100), ("acute", "RYJ", "sus", 1, 60))
        for source, sender, feed, files, rows in feeds:
            self.put("feed", {"source": source, "sender": sender, "feed": feed, "outcome": "landed",
                              "last_extract_on": "2026-03-31", "files": files, "rows_in": rows})  # fmt: skip
        self.rule("arrived.gp", "birth_date_plausible", "", 100)

    def publish(self, product: str, outcome: str = "published", message: str = "") -> None:
        """A product with its version, its entry in the log, and every gate's result."""
        suites = OPEN_SUITES if product == "open" else SUITES
        gates = [(gate, "all") for gate in (GATES[:2] if product == "open" else GATES)]
        looks = [("objections", f"{stage}_{what}") for stage in STAGES for what in ("people", "rows")]
        rules = [(suite.word, rule.rule_id) for suite in suites for rule in suite.rules]
        passed = [*rules, *gates, *([] if product == "open" else looks)]
        self.put("rule_result", *(self.result(suite, rule, product, 10) for suite, rule in passed))
        if product in PRODUCTS:
            self.check(product)
        self.put("publication", {"product": product, "outcome": outcome, "at": AT, "message": message})
        if outcome == "published":
            self.version(product)
            audit_log.append(self.settings, act="product_published", details={
                "run_id": RUN, "product": product, "tables": 1, "rows": 1, "file_sha256": "0" * 64,
            })  # fmt: skip

    def check(self, product: str, **more: object) -> None:
        """What objections came to."""
        reply = {"request_id": "q1", "asked_on": "2026-03-20", "numbers_asked": 610, "numbers_allowed": 569,
                 "reply_on": "2026-03-25", "reply_lapses_on": "2026-04-15",
                 "reply_sha256": "ab" * 32}  # fmt: skip
        counts = {"restricted_codes": 3, "people_in": 585, "people_out": 15}
        self.put("objection_check", {"product": product, **counts,
                                     **(reply if product == "secondary_use" else {}), **more})  # fmt: skip
        self.put("withheld", {"product": product, "reason": "confidential", "people": 22, "rows": 42})

    def version(self, product: str) -> Path:
        """The served version of a product."""
        shelf = Path(self.settings.home) / "published" / product
        (shelf / "versions").mkdir(parents=True, exist_ok=True)
        path = shelf / "versions" / f"{RUN}.duckdb"
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute(OPEN if product == "open" else PEOPLE)
        (shelf / "current.duckdb").unlink(missing_ok=True)
        (shelf / "current.duckdb").symlink_to(path)
        return path

    def rule(
        self, suite: str, rule_id: str, product: str, checked: int, failed: int = 0, **more: object
    ) -> None:
        """A result of a check, in the place of one that it had."""
        self.put("rule_result", self.result(suite, rule_id, product, checked, failed) | more)

    @staticmethod
    def result(suite: str, rule_id: str, product: str, checked: int, failed: int = 0) -> dict[str, Any]:
        """A row of a critical rule."""
        row = {"suite": suite, "rule_id": rule_id, "product": product, "severity": "critical"}
        return row | {"rows_checked": checked, "rows_failed": failed, "is_passed": int(not failed)}

    def log(self, act: str, actor: str = "A. Clerk", **details: audit_log.Detail) -> audit_log.Entry:
        """An entry of the audit log."""
        return audit_log.append(self.settings, act=act, actor=actor, details=details)

    @property
    def keys(self) -> list[dict[str, Any]]:
        """What may be told of the keys; made at the first use."""
        return [asdict(key) for key in load_keys(self.settings).history()]

    def written(self, run_id: str | None = None, path: Path | None = None) -> ig_report.Written:
        """The page as the command writes it."""
        return ig_reporting.write_ig_report(self.settings, run_id=run_id, path=path)

    def page(self, run_id: str | None = None) -> Page:
        """The page as a reader meets it."""
        return Page(self.written(run_id).path.read_text(encoding="utf-8"))

    def findings(self, run_id: str | None = None) -> Findings:
        """What the page is made of."""
        release = ig_report.find_release(self.settings, self.ledger, run_id)
        protection = least_privilege.describe(self.settings)
        given = ig_reporting.evidence_of(self.settings, self.ledger, release.run_id, protection)
        return ig_report.gather(release, given, written_at=LATER)

    def with_settings(self, **changed: Any) -> Desk:
        """The same deployment under other settings."""
        self.settings = replace(self.settings, **changed)
        return self

    def matters(self, level: str, section: str) -> list[str]:
        """What the verdict says of one section at one level."""
        return [one.what for one in self.findings().attention if (one.level, one.section) == (level, section)]

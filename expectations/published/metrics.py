"""The metric table: grain, null where nothing can be divided, parts not above their whole."""

from __future__ import annotations

from expectations.results import CRITICAL
from expectations.rules import Rule, Suite, each_row

_GRAIN = (
    "metric_id, metric_version, period_type, period_start, period_end, "
    "area_type, area_code, group_type, group_value"
)
AREA_TYPES = ("system", "borough", "pcn", "practice")
GROUP_TYPES = ("all", "age_band", "sex", "ethnic_group", "imd_quintile", "segment", "risk_band")
COVERAGES = ("complete", "partial", "missing")


def _outside(column: str, words: tuple[str, ...]) -> str:
    return f"({column} is null or {column} not in (" + ", ".join(f"'{word}'" for word in words) + "))"


def _metric(
    rule_id: str, meaning: str, failed: str, checked: str = "true", relation: str = "{batch}"
) -> Rule:
    return each_row(
        rule_id,
        CRITICAL,
        meaning,
        table="wsic.metric",
        checked=checked,
        failed=failed,
        relation=relation,
        place="metric_id",
    )


SUITE = Suite(
    word="published.metrics",
    rules=(
        _metric(
            "metric_once",
            "a metric has one row a period, area and group",
            "n > 1",
            relation=f"(select {_GRAIN}, count(*) as n from {{batch}} group by all)",
        ),
        _metric(
            "value_null_without_denominator",
            "value is null exactly where the denominator is 0",
            "(value is null) <> (denominator = 0) or denominator is null or numerator is null",
        ),
        _metric(
            "counts_not_negative",
            "numerators and denominators are not negative",
            "numerator < 0 or denominator < 0",
        ),
        _metric(
            "part_not_above_whole",
            "a percentage's numerator is not above its denominator",
            "numerator > denominator",
            checked="unit = 'per cent'",
        ),
        _metric(
            "value_inside_its_range",
            "value_low, value and value_high follow one another",
            "value < least(value_low, value_high) - 1e-9 or value > greatest(value_low, value_high) + 1e-9",
            checked="value is not null and value_low is not null and value_high is not null",
        ),
        _metric(
            "metric_words_known",
            "area_type, group_type and coverage are words of the contract",
            f"{_outside('area_type', AREA_TYPES)} or {_outside('group_type', GROUP_TYPES)} "
            f"or {_outside('coverage', COVERAGES)}",
        ),
        each_row(
            "metrics_where_people_are",
            CRITICAL,
            "with registered people there are metrics of the whole system",
            table="core.person",
            relation="(select count(*) filter (where p.is_registered) as registered, "
            "(select count(*) from wsic.metric as m where m.area_type = 'system') as metrics from "
            "{batch} as p "
            "left join (select 1) as one on true)",
            failed="registered > 0 and metrics = 0",
            place="'wsic.metric'",
        ),
    ),
)

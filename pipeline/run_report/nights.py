"""What the ledger says of the run and of the nights before it: feeds, volumes, refused rows, links, time.

A night is a day (``as_of``); where it was run more than once, its files and rows are those of all its runs up
to this one, and its time is that of the last. Seconds are of work: feeds that landed side by side count each.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.ig_report.release import ALL_PRODUCTS, Release, Rows

NIGHTS = 14  # this one and those before it
_PRODUCTS = ", ".join(f"'{product}'" for product in ALL_PRODUCTS)
# A run of one source, or one that only changed a key, is no night to compare with, unless it is told of.
_NIGHT = f"""
    with told as (select run_id, as_of, started_at from run where run_id = :run_id),
    ranked as (
        select run.run_id, run.as_of, run.started_at, run.ended_at, run.outcome,
            row_number() over (
                partition by run.as_of
                order by run.run_id = :run_id desc, run.started_at desc, run.run_id desc
            ) as place
        from run join told on run.as_of <= told.as_of and run.started_at <= told.started_at
        where run.run_id = :run_id or (
            coalesce(run.source, '') = '' and exists (select 1 from feed where feed.run_id = run.run_id)
            and not exists (select 1 from key_rotation as k where k.run_id = run.run_id))
    ),
    night as (
        select run_id, as_of, started_at, ended_at, outcome, run_id = :run_id as is_tonight
        from ranked where place = 1 order by as_of desc limit {NIGHTS}
    )"""
_NIGHTS = f"""{_NIGHT}
    select run_id, as_of, outcome, is_tonight,
        round((julianday(ended_at) - julianday(started_at)) * 1440, 1) as minutes
    from night order by as_of"""
_OF_NIGHT = """join run using (run_id) join night on night.as_of = run.as_of
    where run.started_at <= (select started_at from told)"""
_VOLUMES = f"""{_NIGHT}
    select run.as_of, file.source, count(*) as files, sum(file.rows_in) as rows_in,
        sum(file.rows_landed) as rows_landed, sum(file.rows_quarantined) as rows_quarantined
    from file {_OF_NIGHT} group by run.as_of, file.source order by file.source, run.as_of"""
_RULES = f"""{_NIGHT},
    counted as (
        select run.as_of, file.source, r.rule_id, r.severity, sum(r.rows) as rows,
            count(distinct file.file_id) as files
        from file_rule as r join file using (file_id) {_OF_NIGHT}
        group by run.as_of, file.source, r.rule_id, r.severity
    ),
    tonight as (select as_of from told),
    before as (select max(as_of) as as_of from night where not is_tonight)
    select source, rule_id, severity,
        coalesce(sum(iif(as_of = (select as_of from tonight), rows, null)), 0) as rows,
        coalesce(sum(iif(as_of = (select as_of from tonight), files, null)), 0) as files,
        iif((select as_of from before) is null, null,
            coalesce(sum(iif(as_of = (select as_of from before), rows, null)), 0)) as rows_night_before
    from counted where as_of in ((select as_of from tonight), (select as_of from before))
    group by source, rule_id, severity
    order by severity = 'warning', 4 desc, source, rule_id"""
# load_reference and fetch have a row of their own beside those of what they went through.
_SECONDS = f"""{_NIGHT},
    spent as (
        select s.run_id, s.step, iif(s.subject in ({_PRODUCTS}), s.subject, '') as product,
            min(s.started_at) as began,
            sum((julianday(s.ended_at) - julianday(s.started_at)) * 86400) as seconds
        from step as s
        where s.ended_at is not null and s.run_id in (select run_id from night) and (
            s.subject = '' or not exists (
                select 1 from step as o where o.run_id = s.run_id and o.step = s.step and o.subject = ''))
        group by s.run_id, s.step, 3
    )
    select trim(step || ' ' || product) as step,
        cast(round(sum(iif(is_tonight, seconds, 0))) as integer) as seconds,
        round(avg(iif(is_tonight, null, seconds)), 1) as seconds_before,
        count(iif(is_tonight, null, 1)) as nights_before
    from spent join night using (run_id)
    group by step, product having max(is_tonight) order by min(iif(is_tonight, began, null))"""
_FEEDS = """
    select source, iif(is_late and outcome in ('landed', 'unchanged'), 'late', outcome) as state,
        count(*) as feeds
    from feed where run_id = :run_id group by 1, 2 order by 1, 2"""
_FEED_LIST = """
    select source, sender, feed, outcome, iif(is_late, 'late', '') as late, last_extract_on, expected_on,
        files, rows_in, message
    from feed where run_id = :run_id
    order by outcome in ('landed', 'unchanged') and not is_late, source, sender, feed"""
_STEPS_OF_LINKING = """
    select source, link_step, sum(records) as records,
        100.0 * sum(records) / sum(sum(records)) over (partition by source) as share
    from link where run_id = :run_id group by source, link_step order by source, share desc, link_step"""
_WITHHELD = """
    select product, reason, people, rows from withheld
    where run_id = :run_id and people > 0 order by product, people desc, reason"""
_STEPS = """
    select step, subject, outcome, message, exit_code from step
    where run_id = :run_id and (exit_code <> 0 or outcome in ('refused', 'failed', 'running'))
    order by started_at, step, subject"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    """Each list is a table, a row a dictionary; ``nights`` are in order of their days, tonight the last."""

    nights: Rows
    volumes: Rows
    rules: Rows
    seconds: Rows
    feeds: Rows
    feed_list: Rows
    link_steps: Rows
    withheld: Rows
    broken_steps: Rows

    @property
    def has_before(self) -> bool:
        """Whether there is an earlier night to compare with."""
        return len(self.nights) > 1

    def tonight(self, name: str) -> int:
        """A sum over what came tonight."""
        as_of = self.nights[-1]["as_of"]
        return sum(int(row[name]) for row in self.volumes if row["as_of"] == as_of)

    @property
    def refused(self) -> Rows:
        """Rules that cost rows or files tonight; warnings cost none."""
        return [row for row in self.rules if row["severity"] != "warning"]


def read(release: Release) -> Nights:
    """Everything of the run and the nights before it."""
    rows = release.rows
    told: dict[str, Rows] = {
        "nights": rows(_NIGHTS), "volumes": rows(_VOLUMES), "rules": rows(_RULES), "seconds": rows(_SECONDS),
        "feeds": rows(_FEEDS), "feed_list": rows(_FEED_LIST), "link_steps": rows(_STEPS_OF_LINKING),
        "withheld": rows(_WITHHELD), "broken_steps": rows(_STEPS),
    }  # fmt: skip
    return Nights(**told)

"""Every row accounted for: the sums are done again here, and no flag is taken at its word."""

from __future__ import annotations

from expectations.results import CRITICAL
from expectations.rules import Suite, each_row

_SUM = "rows_out + rows_quarantined + rows_withheld + rows_superseded"

SUITE = Suite(
    word="published.audit",
    rules=(
        each_row(
            "reconciliation_balances",
            CRITICAL,
            "rows in = out + quarantined + withheld + superseded, for every file and stage",
            table="audit.reconciliation",
            failed=f"rows_in is null or rows_in <> {_SUM} or ({_SUM}) is null or is_balanced is not true",
            place="source || ' ' || sender || ' ' || stage",
        ),
        each_row(
            "stages_follow_one_another",
            CRITICAL,
            "what one stage put out of a file is what the next stage took in",
            table="stage_step",
            failed="rows_in <> rows_out_before",
            place="source || ' ' || sender || ' ' || stage",
        ),
        each_row(
            "this_run_recorded",
            CRITICAL,
            "the run that built the product is in audit.run",
            table="release",
            failed="not is_run_recorded",
            place="'audit.run'",
        ),
        each_row(
            "published_files_accounted",
            CRITICAL,
            "every file that landed rows has its stages in audit.reconciliation",
            table="audit.file_outcome",
            relation="(select f.source, f.sender, r.file_name is null as is_missing from {batch} as f "
            "left join "
            "(select distinct source, sender, file_name from audit.reconciliation) as r "
            "on f.source = r.source and f.sender = r.sender and f.file_name = r.file_name "
            "where f.outcome = 'landed' and f.rows_landed > 0)",
            failed="is_missing",
            place="source || ' ' || sender",
        ),
    ),
)

select
    run_id,
    suite,
    rule_id,
    severity,
    rows_checked::bigint as rows_checked,
    rows_failed::bigint as rows_failed,
    is_passed::boolean as is_passed,
from {{ source('ledger', 'rule_results') }}

select
    run_id,
    coalesce(product, '') as product,
    suite,
    rule_id,
    severity,
    rows_checked::bigint as rows_checked,
    rows_failed::bigint as rows_failed,
    is_passed::integer = 1 as is_passed,
from {{ source('ledger', 'rule_results') }}

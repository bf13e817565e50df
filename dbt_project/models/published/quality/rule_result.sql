with rule_results as (

    select * from {{ ref('fct_rule_result') }}

)

select
    run_id,
    suite,
    rule_id,
    severity,
    rows_checked,
    rows_failed,
    is_passed,
from rule_results

with current_run as (

    select run_id, product from {{ ref('stg_ledger__current_run') }}

),

withheld as (

    select withheld.*
    from {{ ref('stg_ledger__withheld') }} as withheld
    inner join current_run on withheld.product = current_run.product

),

traced as (

    select
        reason,
        count(distinct person_number) as people,
        count(*) as rows,
    from {{ ref('int_rows__traced') }}
    where reason is not null
    group by reason

),

-- Reasons of this build take the place of what an earlier try of the same run may have left.
built as (

    select
        current_run.run_id,
        current_run.product,
        traced.reason,
        traced.people,
        traced.rows,
    from traced
    cross join current_run

)

select * from built
union all by name
select * from withheld
where not exists (
    select 1 from built
    where built.run_id = withheld.run_id and built.reason = withheld.reason
)

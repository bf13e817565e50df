with stages as (

    select
        stages.run_id,
        stages.file_id,
        stages.stage,
        stages.rows_in,
        stages.rows_out,
        stages.rows_quarantined,
        stages.rows_withheld,
        stages.rows_superseded,
    from {{ ref('stg_ledger__stages') }} as stages
    where stages.stage != 'published'

),

current_run as (

    select run_id from {{ ref('stg_ledger__current_run') }}

),

traced as (

    select
        file_id,
        count(*) as rows_in,
        count(*) filter (where is_published) as rows_out,
        count(*) filter (where reason is not null) as rows_withheld,
    from {{ ref('int_rows__traced') }}
    group by file_id

),

-- The last stage is worked out here: what of the pseudonymised rows stands in a published table.
published as (

    select
        current_run.run_id,
        stages.file_id,
        'published' as stage,
        stages.rows_out as rows_in,
        coalesce(traced.rows_out, 0) as rows_out,
        0 as rows_quarantined,
        coalesce(traced.rows_withheld, 0) as rows_withheld,
        0 as rows_superseded,
    from stages
    inner join current_run on stages.run_id = current_run.run_id
    left join traced on stages.file_id = traced.file_id
    where stages.stage = 'pseudonymised'

)

select * from stages
union all by name
select * from published

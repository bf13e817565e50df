-- Landed = published + withheld + superseded, file by file, for the run that builds (one row a file that is not).
-- A file without a current row has no later stage; rows of an extract that is held back are withheld at 'current'.
with stages as (

    select stages.*
    from {{ ref('fct_file_stage') }} as stages
    inner join {{ ref('stg_ledger__current_run') }} as current_run on stages.run_id = current_run.run_id

),

files as (

    select
        file_id,
        sum(rows_in) filter (where stage = 'current') as landed,
        coalesce(sum(rows_out) filter (where stage = 'published'), 0) as published,
        sum(rows_withheld) as withheld,
        sum(rows_superseded) as superseded,
    from stages
    where stage != 'landing'
    group by file_id

)

select * from files
where landed is distinct from published + withheld + superseded

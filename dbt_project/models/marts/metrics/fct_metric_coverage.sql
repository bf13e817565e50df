with metrics as (

    select metric_id, unnest(string_split(sources, ' ')) as source from {{ ref('metrics') }}

),

periods as (

    select period_type, period_start, period_end from {{ ref('int_periods__listed') }}

),

area_senders as (

    select * from {{ ref('int_area_senders__weighed') }}

),

windows as (

    select * from {{ ref('int_feeds__windowed') }}

),

-- Periods that a refused file, not mended yet, would have told of.
lacking as (

    select distinct
        files.source,
        files.sender,
        periods.period_type,
        periods.period_start,
    from {{ ref('int_files__lacking') }} as files
    inner join periods on files.lacks_from <= periods.period_end and files.lacks_to >= periods.period_start

),

-- An area that a source knows nobody in is judged by the whole system's senders.
areas as (

    select distinct area_type, area_code from area_senders

),

judged_by as (

    select
        areas.area_type,
        areas.area_code,
        metrics.metric_id,
        metrics.source,
        coalesce(own.sender, whole.sender) as sender,
    from areas
    cross join metrics
    left join area_senders as own
        on areas.area_type = own.area_type and areas.area_code = own.area_code and metrics.source = own.source
    left join area_senders as whole
        on if(own.sender is null, metrics.source, null) = whole.source and whole.area_type = 'system'

),

covered as (

    select
        judged_by.metric_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        judged_by.area_type,
        judged_by.area_code,
        judged_by.source,
        bool_and(
            coalesce(
                windows.covers_from <= periods.period_start and windows.covers_to >= periods.period_end, false
            )
            and lacking.sender is null
        ) as is_complete,
        bool_or(
            coalesce(
                windows.covers_from <= periods.period_end and windows.covers_to >= periods.period_start, false
            )
        ) as is_begun,
    from judged_by
    cross join periods
    left join windows on judged_by.source = windows.source and judged_by.sender = windows.sender
    left join lacking
        on
            judged_by.source = lacking.source
            and judged_by.sender = lacking.sender
            and periods.period_type = lacking.period_type
            and periods.period_start = lacking.period_start
    group by all

)

select
    metric_id,
    period_type,
    period_start,
    period_end,
    area_type,
    area_code,
    case
        when bool_and(is_complete) then 'complete'
        when bool_and(is_begun) then 'partial'
        else 'missing'
    end as coverage,
from covered
group by all

with segments as (

    select * from {{ ref('population_segments') }}

),

-- A row of a scheme that is changed, added, left out or moved makes another version of that scheme.
digests as (

    select
        scheme_id,
        left(
            md5(string_agg(
                concat_ws(
                    '|',
                    segment_order,
                    segment_id,
                    segment_name,
                    need,
                    min_age,
                    max_age,
                    coalesce(within_years::varchar, 'any'),
                    coalesce(within_days::varchar, 'any'),
                    coalesce(counted_from, 'any'),
                    meaning
                ),
                chr(10) order by segment_order
            )),
            8
        ) as digest,
    from segments
    group by scheme_id

)

select
    segments.*,
    '{{ var("rule_version") }}-' || digests.digest as rule_version,
from segments
inner join digests on segments.scheme_id = digests.scheme_id

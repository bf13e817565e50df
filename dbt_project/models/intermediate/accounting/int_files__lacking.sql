with files as (

    select
        source,
        sender,
        format as feed,
        extract_date,
        lower(file_name) as file_name,
        bool_or(outcome != 'refused') as is_good,
    from {{ ref('stg_ledger__files') }}
    where format != 'unrecognised'
    group by all

),

extracts as (

    select
        *,
        lag(extract_date) over (partition by source, sender, feed order by extract_date) as previous_on,
    from (select distinct source, sender, feed, extract_date from files) as dated

),

-- A council's file holds its whole year again, so a later one leaves nothing lacking. Returns of other
-- sources are of one month each, and a delta is sent once.
replaced as (

    select source, sender, feed, file_name, max(extract_date) as last_on from files
    where is_good and feed = 'cld'
    group by all

)

-- What a file would have told of lies between the extract before and its own.
select
    files.source,
    files.sender,
    files.feed,
    files.file_name,
    coalesce(extracts.previous_on + 1, date '1900-01-01') as lacks_from,
    files.extract_date as lacks_to,
from files
inner join extracts
    on
        files.source = extracts.source
        and files.sender = extracts.sender
        and files.feed = extracts.feed
        and files.extract_date = extracts.extract_date
left join replaced
    on
        files.source = replaced.source
        and files.sender = replaced.sender
        and files.feed = replaced.feed
        and files.file_name = replaced.file_name
where not files.is_good and files.extract_date > coalesce(replaced.last_on, date '1900-01-01')

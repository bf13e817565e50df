with formats as (

    select * from {{ ref('feed_formats') }}

),

files as (

    select
        source,
        sender,
        format as feed,
        extract_date,
        lower(file_name) as file_name,
        bool_or(outcome != 'refused' or coalesce(is_made_good, false)) as is_good,
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

-- A feed owes what it has sent before; of some formats (hospitals': inpatients, outpatients and emergency care are
-- three data sets) it owes also what its peers send. Names of FHIR files are the sender's own choice.
owed as (

    select
        source,
        sender,
        feed,
        file_name,
        min(extract_date) as owed_from,
    from files
    where feed != 'fhir'
    group by all
    union all
    select
        senders.source,
        senders.sender,
        senders.feed,
        peers.file_name,
        min(peers.extract_date) as owed_from,
    from (select distinct source, sender, feed from extracts) as senders
    inner join files as peers on senders.feed = peers.feed and senders.sender != peers.sender
    inner join formats on senders.feed = formats.feed
    where formats.is_owed_like_peers
    group by all

),

-- Refused, and not sent again right; or owed, and not come with the others.
wanting as (

    select source, sender, feed, extract_date, file_name from files
    where not is_good
    union all
    select distinct
        extracts.source,
        extracts.sender,
        extracts.feed,
        extracts.extract_date,
        owed.file_name,
    from extracts
    inner join owed
        on
            extracts.source = owed.source
            and extracts.sender = owed.sender
            and extracts.feed = owed.feed
            and extracts.extract_date >= owed.owed_from
    left join files
        on
            extracts.source = files.source
            and extracts.sender = files.sender
            and extracts.feed = files.feed
            and extracts.extract_date = files.extract_date
            and owed.file_name = files.file_name
    where files.file_name is null

),

-- A file that holds its whole year again (a council's) leaves nothing lacking. Returns of one month, and a delta,
-- are sent once.
replaced as (

    select files.source, files.sender, files.feed, files.file_name, max(files.extract_date) as last_on
    from files
    inner join formats on files.feed = formats.feed
    where files.is_good and formats.is_told_again
    group by all

)

-- What a file would have told of lies between the extract before and its own.
select
    wanting.source,
    wanting.sender,
    wanting.feed,
    wanting.file_name,
    coalesce(extracts.previous_on + 1, date '1900-01-01') as lacks_from,
    wanting.extract_date as lacks_to,
from wanting
inner join extracts
    on
        wanting.source = extracts.source
        and wanting.sender = extracts.sender
        and wanting.feed = extracts.feed
        and wanting.extract_date = extracts.extract_date
left join replaced
    on
        wanting.source = replaced.source
        and wanting.sender = replaced.sender
        and wanting.feed = replaced.feed
        and wanting.file_name = replaced.file_name
where wanting.extract_date > coalesce(replaced.last_on, date '1900-01-01')

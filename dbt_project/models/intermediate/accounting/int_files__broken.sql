with files as (

    select *, lower(file_name) as file_word from {{ ref('stg_ledger__files') }}

),

good as (

    select distinct source, sender, format, file_word, extract_date from files
    where outcome != 'refused'

),

-- What a refused file would have said is missing until the same file is mended or sent again for its day;
-- in adult social care a later file says it as well.
broken as (

    select distinct files.source, files.sender, files.format, files.file_word, files.extract_date
    from files
    left join good
        on
            files.source = good.source
            and files.sender = good.sender
            and files.format = good.format
            and files.file_word = good.file_word
            and (
                files.extract_date = good.extract_date
                or (files.source = 'social_care' and files.extract_date < good.extract_date)
            )
    where files.outcome = 'refused' and good.file_word is null

)

select
    broken.source,
    broken.sender,
    broken.format as feed,
    broken.file_word,
    broken.extract_date as broken_on,
    max(good.extract_date) as whole_to,
from broken
left join good
    on
        broken.source = good.source
        and broken.sender = good.sender
        and broken.format = good.format
        and broken.file_word = good.file_word
        and broken.extract_date > good.extract_date
group by all

with lists as (

    select * from {{ ref('clinical_score_lists') }}
    where score_id = 'efi_coded'

)

-- The latest entry; of two of one day a degree before a number, and the graver.
select
    entered.person_key,
    lists.component,
    lists.list_role = 'category' as is_category,
    entered.dated_on,
    if(lists.list_role = 'value', entered.value, null) as score_value,
from {{ ref('int_codelists__entered') }} as entered
inner join lists on entered.codelist = lists.codelist
where lists.list_role = 'category' or entered.value between 0 and 1
qualify
    row_number() over (
        partition by entered.person_key
        order by
            entered.dated_on desc nulls last,
            lists.list_role asc,
            list_position(['severe', 'moderate', 'mild', 'not_said'], lists.component) asc,
            entered.value desc nulls last
    ) = 1

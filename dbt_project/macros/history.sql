{#
What a published table said of each thing, night after night: the rows that stand, those that ended, and when.

`published`: the table of tonight, whose history of the nights before lies in `stg_history__<published>_history` (or in
`history`). `key` names a thing within a night, `columns` what is remembered of it besides: what says something of the
night itself or of the delivery (as_of, source_file_id) is not, or every row would change every night.
A row stands while it says the same in every column that its version had (known_columns): a column that is new
closes nothing, and takes its value in the rows that stand. What was published on this night or later before is taken
back first, so that a night that is run again leaves the same.
`undated`: SQL over tonight and standing; such a change is told, but not when, and what stood before it is forgotten.
In the month of somebody's birth nothing is dated, as the night may be the birth date (docs/decisions/0039): what is
published of them then stands from the first of the month.
#}
{% macro history_of(published, key, columns, history=none, undated='false') -%}
{%- set all_columns = key + columns -%}
with current_run as (

    select
        as_of,
        product,
        date_trunc('month', as_of)::date as month_start,
    from {{ ref('stg_ledger__current_run') }}

),

people as (

    select
        dim_person.person_key,
        coalesce(dim_person.birth_month >= current_run.month_start, false) as is_newborn,
    from {{ ref('dim_person') }} as dim_person
    cross join current_run

),

tonight as (

    select
        {%- for name in all_columns %}
        published.{{ name }},
        {%- endfor %}
        concat_ws('|', published.{{ key | join(', published.') }}) as thing,
        current_run.as_of,
        current_run.product,
        if(people.is_newborn, current_run.month_start, current_run.as_of) as opens_on,
    from {{ ref(published) }} as published
    inner join people on published.person_key = people.person_key
    cross join current_run

),

before as (

    select
        {%- for name in all_columns %}
        carried.{{ name }},
        {%- endfor %}
        concat_ws('|', carried.{{ key | join(', carried.') }}) as thing,
        carried.known_columns,
        carried.published_from,
        if(carried.published_until < current_run.as_of, carried.published_until, null) as published_until,
        current_run.as_of,
    from {{ ref('stg_history__' ~ (history or published ~ '_history')) }} as carried
    inner join people on carried.person_key = people.person_key
    cross join current_run
    where coalesce(carried.published_from < current_run.as_of, true) and not people.is_newborn

),

standing as (

    select * from before
    where published_until is null

),

unchanged as (

    select
        {%- for name in all_columns %}
        tonight.{{ name }},
        {%- endfor %}
        standing.published_from,
        null::date as published_until,
    from tonight
    inner join standing on tonight.thing = standing.thing
    where {{ says_the_same(columns) }}

),

opened as (

    select
        {%- for name in all_columns %}
        tonight.{{ name }},
        {%- endfor %}
        if(standing.known_columns is not null and {{ undated }}, null, tonight.opens_on) as published_from,
        null::date as published_until,
    from tonight
    left join standing on tonight.thing = standing.thing
    where standing.known_columns is null or not (
        {{ says_the_same(columns) }}
    )

),

closed as (

    select
        {%- for name in all_columns %}
        standing.{{ name }},
        {%- endfor %}
        standing.published_from,
        standing.as_of as published_until,
    from standing
    left join tonight on tonight.thing = standing.thing
    where tonight.as_of is null or not (({{ undated }}) or (
        {{ says_the_same(columns) }}
    ))

),

ended as (

    select
        {%- for name in all_columns %}
        {{ name }},
        {%- endfor %}
        published_from,
        published_until,
    from before
    where published_until is not null

)

select * from unchanged
union all
select * from opened
union all
select * from closed
union all
select * from ended
{%- endmacro %}

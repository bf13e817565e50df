{# Rows about people (person_key, source, sender) at each threshold of linking: at the middle one as they are, and at
   the strict and the loose one all rows of those people alone whose records change hands there. What a sender tells of
   whom it has no record of (a hospital that a transfer went to) stays with the person. #}
{% macro at_each_threshold(rows) -%}
with changed as (

    select distinct
        link_threshold,
        person_key,
    from {{ ref('int_links__relinked') }}

)

select
    {{ rows }}.*,
    'middle' as link_threshold,
    {{ rows }}.person_key as linked_key,
from {{ rows }}
union all
select
    {{ rows }}.*,
    changed.link_threshold,
    coalesce(relinked.linked_key, {{ rows }}.person_key) as linked_key,
from {{ rows }}
inner join changed on {{ rows }}.person_key = changed.person_key
left join {{ ref('int_links__relinked') }} as relinked
    on
        changed.link_threshold = relinked.link_threshold
        and {{ rows }}.person_key = relinked.person_key
        and {{ rows }}.source = relinked.source
        and {{ rows }}.sender = relinked.sender
{%- endmacro %}

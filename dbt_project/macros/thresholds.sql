{# Rows about people (person_key, source, sender) at each threshold of linking: at the middle one as they are, and at
   the strict and the loose one the rows of those people alone whose records change hands there. #}
{% macro at_each_threshold(rows) -%}
select
    {{ rows }}.*,
    'middle' as link_threshold,
    {{ rows }}.person_key as linked_key,
from {{ rows }}
union all
select
    {{ rows }}.*,
    relinked.link_threshold,
    relinked.linked_key,
from {{ rows }}
inner join {{ ref('int_links__relinked') }} as relinked
    on
        {{ rows }}.person_key = relinked.person_key
        and {{ rows }}.source = relinked.source
        and {{ rows }}.sender = relinked.sender
{%- endmacro %}

{# One row a history table of any product (`history_of` in its yml): its name, whose past it tells, what it serves. #}
{% macro history_tables() -%}
{%- set tables = [] -%}
{%- if execute -%}
{%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.meta.get('history_of') -%}
{%- do tables.append([node.schema ~ '.' ~ node.name, node.config.meta.history_of, node.config.meta.purpose | join(' ')]) -%}
{%- endfor -%}
{%- endif -%}
select *
from (
    values
    {%- for table_name, of, serves in tables | sort %}
    ('{{ table_name }}', '{{ of }}', '{{ serves }}'){{ ',' if not loop.last }}
    {%- else %}
    (null::varchar, null::varchar, null::varchar)
    {%- endfor %}
) as histories (table_name, history_of, serves)
{%- endmacro %}

{# Whether tonight and standing say the same in all of `columns` that the version of the standing row had. #}
{% macro says_the_same(columns) -%}
true
        {%- for name in columns %}
        and (
            tonight.{{ name }} is not distinct from standing.{{ name }}
            or not list_contains(standing.known_columns, '{{ name }}')
        )
        {%- endfor %}
{%- endmacro %}

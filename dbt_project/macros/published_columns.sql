{# One row a column of every model with public access, as its yml describes it; serves: the purposes of its model. #}
{% macro published_columns() -%}
{%- set rows = [] -%}
{%- if execute -%}
{%- for node in graph.nodes.values() if node.resource_type == 'model' and node.access == 'public' -%}
{%- for column in node.columns.values() -%}
{%- set marks = column.config.meta or column.meta -%}
{%- do rows.append([
    node.schema ~ '.' ~ node.name, column.name, column.data_type, column.description, marks.handling, marks.source_columns,
    node.config.meta.purpose | join(' ')
]) -%}
{%- endfor -%}
{%- endfor -%}
{%- endif -%}
select *
from (
    values
    {%- for row in rows | sort %}
    ({% for cell in row %}'{{ (cell | string).replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
    {%- else %}
    (null::varchar, null::varchar, null::varchar, null::varchar, null::varchar, null::varchar, null::varchar)
    {%- endfor %}
) as columns_of_tables (table_name, column_name, type, meaning, handling, source_columns, serves)
{%- endmacro %}

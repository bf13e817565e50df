{# DuckDB-only SQL of the staging layer. The pseudonymised zone is typed by the register of handling,
   so staging renames nothing; where a FHIR feed leaves a word out, the source word supplies it. #}

{% macro staged(source_word, entity) -%}
select * from {{ source(source_word, entity) }}
{%- endmacro %}

{# The same, with one column filled by `default` where the feed has null. #}
{% macro staged_with_default(source_word, entity, column, default) -%}
select * replace (coalesce({{ column }}, {{ default }}) as {{ column }})
from {{ source(source_word, entity) }}
{%- endmacro %}

{# The rows of one entity, of every source word (var source_words of dbt_project.yml). #}
{% macro unioned(entity) -%}
{% for source_word in var('source_words') -%}
select * from {{ ref('stg_' ~ source_word ~ '__' ~ entity) }}
{% if not loop.last %}union all by name
{% endif %}
{%- endfor %}
{%- endmacro %}

{# A schema is called exactly what the contract calls it: core, wsic, quality, audit, meta. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

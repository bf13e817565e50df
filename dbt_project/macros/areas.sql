{# A row becomes four, one for each kind of area that its person is counted in; unknown where nobody knows which. #}
{% macro areas_of(people) -%}
unnest([
    { 'area_type': 'system', 'area_code': 'system' },
    { 'area_type': 'borough', 'area_code': coalesce({{ people }}.local_authority_code, 'unknown') },
    { 'area_type': 'pcn', 'area_code': coalesce({{ people }}.pcn_code, 'unknown') },
    { 'area_type': 'practice', 'area_code': coalesce({{ people }}.practice_code, 'unknown') }
], recursive := true)
{%- endmacro %}

{# Who is believed about a person first: general practice, then everyone else, then a crew that asked in a hurry. #}
{% macro told_by(source) -%}
case {{ source }} when 'gp' then 1 when 'ambulance' then 3 else 2 end
{%- endmacro %}

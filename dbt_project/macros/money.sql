{# Money, and weeks, as they are added up: to the millionth, so that a sum does not hang on the order of its rows. #}
{% macro exact(amount) -%}
({{ amount }})::decimal(38, 6)
{%- endmacro %}

{# Whether a care package costs anything between two days, both counted: a one-off does on its first day alone. #}
{% macro care_falls_between(packages, first_day, last_day, as_of) -%}
{{ packages }}.start_date <= {{ last_day }}
and if(
    {{ packages }}.one_off_cost_gbp is null,
    least(coalesce({{ packages }}.end_date, {{ as_of }}), {{ as_of }}),
    {{ packages }}.start_date
) >= {{ first_day }}
{%- endmacro %}

{# Planned cost of such a package between the two days, pounds: weeks of the days that fall there, or the one-off. #}
{% macro care_cost_between(packages, first_day, last_day, as_of) -%}
coalesce(
    {{ packages }}.one_off_cost_gbp,
    {{ packages }}.weekly_cost_gbp * ({{ days_between(
        'greatest(' ~ packages ~ '.start_date, ' ~ first_day ~ ')',
        'least(coalesce(' ~ packages ~ '.end_date, ' ~ as_of ~ '), ' ~ as_of ~ ', ' ~ last_day ~ ')'
    ) }} + 1) / 7
)
{%- endmacro %}

{# The first day after a period of months and days that begins on `day`; whatever the rule leaves out is nought. #}
{% macro after_period(day, rule) -%}
({{ day }} + to_months(coalesce({{ rule }}.within_months, 0)) + to_days(coalesce({{ rule }}.within_days, 0)))::date
{%- endmacro %}

{# First day of the latest season that has begun by `day`; null where the rule has no season. #}
{% macro season_start(day, rule) -%}
make_date(
    year({{ day }}) - if(month({{ day }}) < {{ rule }}.season_from_month, 1, 0),
    {{ rule }}.season_from_month,
    1
)
{%- endmacro %}

{# Whether `day` lies in a season, months from and to included; true where the rule has no season. #}
{% macro is_in_season(day, rule) -%}
coalesce(
    if(
        {{ rule }}.season_from_month <= {{ rule }}.season_to_month,
        month({{ day }}) between {{ rule }}.season_from_month and {{ rule }}.season_to_month,
        month({{ day }}) >= {{ rule }}.season_from_month or month({{ day }}) <= {{ rule }}.season_to_month
    ),
    true
)
{%- endmacro %}

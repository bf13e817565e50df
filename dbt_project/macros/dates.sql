{# Whole days from one moment's date to another's. #}
{% macro days_between(earlier, later) -%}
date_diff('day', ({{ earlier }})::date, ({{ later }})::date)
{%- endmacro %}

{# Age in whole years on a day, from the first day of the month of birth: the day of birth is not kept. #}
{% macro age_in_years(birth_month, day) -%}
date_diff('month', {{ birth_month }}, {{ day }}) // 12
{%- endmacro %}

{# 1 April of the financial year that a day falls in. #}
{% macro financial_year_start(day) -%}
(date_trunc('year', ({{ day }})::date - interval 3 month) + interval 3 month)::date
{%- endmacro %}

{# '2025-26' for every day from 1 April 2025 to 31 March 2026. #}
{% macro financial_year(day) -%}
year(({{ day }})::date - interval 3 month) || '-' || right((year(({{ day }})::date - interval 3 month) + 1)::varchar, 2)
{%- endmacro %}

{% macro age_band(age) -%}
case
    when {{ age }} is null then 'unknown'
    when {{ age }} < 5 then '0-4'
    when {{ age }} < 18 then '5-17'
    when {{ age }} < 65 then '18-64'
    when {{ age }} < 75 then '65-74'
    when {{ age }} < 85 then '75-84'
    else '85+'
end
{%- endmacro %}

{# The first day that is `years` years after a day: the first of March of a 29th of February where the year has none. #}
{% macro years_after(day, years) -%}
(({{ day }} + to_years({{ years }}))::date + if(day({{ day }} + to_years({{ years }})) < day({{ day }}), 1, 0))
{%- endmacro %}

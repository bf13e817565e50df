{# One row for each value of the column, and none without: what unique and not_null ask, with one look. #}
{% test primary_key(model, column_name) %}
select {{ column_name }}, count(*) as n_rows
from {{ model }}
group by {{ column_name }}
having count(*) > 1 or {{ column_name }} is null
{% endtest %}

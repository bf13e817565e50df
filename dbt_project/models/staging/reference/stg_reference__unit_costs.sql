select
    upper(trim(currency)) as currency,
    regexp_replace(financial_year::varchar, '^(\d{4})\D+(\d{2})?(\d{2})$', '\1-\3') as financial_year,
    try_cast(unit_cost_gbp as double) as unit_cost_gbp,
    regexp_replace(price_year::varchar, '^(\d{4})\D+(\d{2})?(\d{2})$', '\1-\3') as price_year,
    source as price_source,
from {{ source('reference', 'unit_costs') }}

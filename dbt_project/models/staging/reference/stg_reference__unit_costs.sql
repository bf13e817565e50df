select
    upper(trim(currency)) as currency,
    regexp_extract(financial_year::varchar, '^(\d{4})', 1)
        || '-' || regexp_extract(financial_year::varchar, '(\d{2})$', 1) as financial_year,
    try_cast(unit_cost_gbp as double) as unit_cost_gbp,
    price_year::varchar as price_year,
    source as price_source,
from {{ source('reference', 'unit_costs') }}

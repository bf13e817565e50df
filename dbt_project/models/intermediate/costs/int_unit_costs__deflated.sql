with deflators as (

    select * from {{ ref('gdp_deflators') }}

),

delivered as (

    select
        currency,
        financial_year,
        coalesce(price_year, financial_year) as price_year,
        unit_cost_gbp,
        'unit_costs' as cost_source,
    from {{ ref('stg_reference__unit_costs') }}
    -- A price of no year that the deflators know stands in nobody's way.
    where unit_cost_gbp > 0 and coalesce(price_year, financial_year) in (select financial_year from deflators)

),

national as (

    select
        currency,
        financial_year,
        financial_year as price_year,
        unit_cost_gbp,
        'national_average' as cost_source,
    from {{ ref('national_unit_costs') }}
    where currency not in (select currency from delivered)

),

prices as (

    select * from delivered
    union all
    select * from national

),

-- Of each currency, for every year: its own price, else the last one before, else the first one after.
matched as (

    select
        prices.currency,
        wanted.financial_year,
        prices.cost_source,
        if(
            prices.financial_year = wanted.financial_year,
            prices.unit_cost_gbp,
            prices.unit_cost_gbp * wanted.index_value / known.index_value
        ) as unit_cost_gbp,
        prices.financial_year != wanted.financial_year as is_deflated,
        row_number() over (
            partition by prices.currency, wanted.financial_year
            order by
                prices.financial_year > wanted.financial_year,
                abs(try_cast(left(prices.financial_year, 4) as integer) - left(wanted.financial_year, 4)::integer)
        ) as nearness,
    from prices
    inner join deflators as known on prices.price_year = known.financial_year
    cross join deflators as wanted

)

select * exclude (nearness) from matched
where nearness = 1

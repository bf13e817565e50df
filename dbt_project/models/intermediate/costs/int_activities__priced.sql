with activities as (

    select * from {{ ref('int_activities__categorised') }}

),

prices as (

    select * from {{ ref('int_unit_costs__deflated') }}

),

currencies as (

    select * from {{ ref('activity_currencies') }}

),

-- The narrowest currency that has a price: HRG and category, HRG, category, type of activity. Prices are few, so that
-- every activity passes by them once and is not looked up by its key afterwards.
matched as (

    select
        activities.*,
        coalesce(of_category.quantity, of_kind.quantity) as quantity,
        coalesce(hrg_category.unit_cost_gbp, hrg.unit_cost_gbp) as hrg_cost_gbp,
        coalesce(category.unit_cost_gbp, kind.unit_cost_gbp) as other_cost_gbp,
        coalesce(hrg_category.cost_source, hrg.cost_source, category.cost_source, kind.cost_source) as cost_source,
        coalesce(hrg_category.currency, hrg.currency) as hrg_currency,
        category.currency as category_currency,
        kind.currency as kind_currency,
    from activities
    left join currencies as of_category
        on activities.activity_type = of_category.activity_type and activities.category = of_category.category
    left join currencies as of_kind
        on activities.activity_type = of_kind.activity_type and of_kind.category = 'any'
    left join prices as hrg_category
        on
            activities.hrg_code || '_' || upper(activities.category) = hrg_category.currency
            and activities.priced_in = hrg_category.financial_year
    left join prices as hrg
        on activities.hrg_code = hrg.currency and activities.priced_in = hrg.financial_year
    left join prices as category
        on of_category.currency = category.currency and activities.priced_in = category.financial_year
    left join prices as kind
        on of_kind.currency = kind.currency and activities.priced_in = kind.financial_year

)

select
    * exclude (
        category, priced_in, quantity, hrg_cost_gbp, other_cost_gbp, cost_source,
        hrg_currency, category_currency, kind_currency
    ),
    coalesce(
        hrg_cost_gbp,
        other_cost_gbp * if(quantity = 'night', greatest(n_nights_so_far, 1), 1)
    ) as cost_gbp,
    cost_source,
    coalesce(hrg_currency, category_currency, kind_currency) as currency,
    case
        when cost_source is not null
            then
                cost_source = 'national_average'
                or coalesce(hrg_currency, category_currency) is null
                or (activity_type = 'inpatient_spell' and hrg_currency is null)
    end as cost_is_proxy,
from matched

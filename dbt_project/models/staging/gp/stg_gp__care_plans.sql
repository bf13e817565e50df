{{ staged('gp', 'care_plans') }}

{{ staged('acute', 'care_plans') }}

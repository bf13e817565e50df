{{ staged('community', 'care_plans') }}

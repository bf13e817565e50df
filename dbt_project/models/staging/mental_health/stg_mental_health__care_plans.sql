{{ staged('mental_health', 'care_plans') }}

{{ staged('mental_health', 'observations') }}

{{ staged('mental_health', 'immunizations') }}

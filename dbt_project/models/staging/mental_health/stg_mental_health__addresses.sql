{{ staged('mental_health', 'addresses') }}

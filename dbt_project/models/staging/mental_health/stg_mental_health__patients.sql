{{ staged('mental_health', 'patients') }}

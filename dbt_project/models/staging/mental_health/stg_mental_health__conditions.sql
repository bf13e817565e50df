{{ staged('mental_health', 'conditions') }}

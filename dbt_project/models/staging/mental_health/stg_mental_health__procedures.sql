{{ staged('mental_health', 'procedures') }}

{{ staged('mental_health', 'service_requests') }}

{{ staged('mental_health', 'medication_requests') }}

{{ staged('community', 'medication_requests') }}

{{ staged('gp', 'medication_requests') }}

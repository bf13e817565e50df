{{ staged('ambulance', 'medication_requests') }}

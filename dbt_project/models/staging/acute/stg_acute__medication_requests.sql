{{ staged('acute', 'medication_requests') }}

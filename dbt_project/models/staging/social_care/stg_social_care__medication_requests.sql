{{ staged('social_care', 'medication_requests') }}

{{ staged('ambulance', 'service_requests') }}

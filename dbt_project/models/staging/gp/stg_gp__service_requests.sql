{{ staged('gp', 'service_requests') }}

{{ staged('community', 'service_requests') }}

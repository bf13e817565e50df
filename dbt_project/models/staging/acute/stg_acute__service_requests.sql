{{ staged('acute', 'service_requests') }}

{{ staged('community', 'observations') }}

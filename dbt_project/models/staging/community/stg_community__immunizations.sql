{{ staged('community', 'immunizations') }}

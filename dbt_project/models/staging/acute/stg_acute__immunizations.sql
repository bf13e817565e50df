{{ staged('acute', 'immunizations') }}

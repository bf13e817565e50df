{{ staged('acute', 'observations') }}

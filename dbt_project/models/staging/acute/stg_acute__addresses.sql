{{ staged('acute', 'addresses') }}

{{ staged('community', 'addresses') }}

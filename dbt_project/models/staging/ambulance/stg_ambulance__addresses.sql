{{ staged('ambulance', 'addresses') }}

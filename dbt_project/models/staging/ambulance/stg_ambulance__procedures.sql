{{ staged('ambulance', 'procedures') }}

{{ staged('ambulance', 'episodes_of_care') }}

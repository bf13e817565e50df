{{ staged('community', 'patients') }}

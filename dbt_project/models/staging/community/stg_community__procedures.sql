{{ staged('community', 'procedures') }}

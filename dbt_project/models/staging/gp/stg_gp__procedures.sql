{{ staged('gp', 'procedures') }}

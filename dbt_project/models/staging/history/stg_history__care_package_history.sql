{{ staged('history', 'care_package_history') }}

{{ staged('ambulance', 'care_plans') }}

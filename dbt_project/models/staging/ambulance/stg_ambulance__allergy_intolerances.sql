{{ staged('ambulance', 'allergy_intolerances') }}

{{ staged('community', 'allergy_intolerances') }}

{{ staged('gp', 'allergy_intolerances') }}

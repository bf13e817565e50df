{{ staged('acute', 'allergy_intolerances') }}

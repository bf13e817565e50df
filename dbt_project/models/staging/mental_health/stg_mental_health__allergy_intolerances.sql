{{ staged('mental_health', 'allergy_intolerances') }}

{{ unioned('allergy_intolerances') }}

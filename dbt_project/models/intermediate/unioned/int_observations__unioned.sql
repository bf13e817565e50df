{{ unioned('observations') }}

{{ unioned('patients') }}

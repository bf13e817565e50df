{{ unioned('immunizations') }}

{{ unioned('addresses') }}

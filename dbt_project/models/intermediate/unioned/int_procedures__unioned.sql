{{ unioned('procedures') }}

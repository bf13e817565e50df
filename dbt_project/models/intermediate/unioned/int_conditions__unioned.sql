{{ unioned('conditions') }}

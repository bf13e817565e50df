{{ unioned('encounters') }}

{{ unioned('episodes_of_care') }}

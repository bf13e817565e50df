{{ unioned('medication_requests') }}

{{ unioned('service_requests') }}

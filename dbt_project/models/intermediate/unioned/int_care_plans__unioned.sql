{{ unioned('care_plans') }}

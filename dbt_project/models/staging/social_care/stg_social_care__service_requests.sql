{{ staged_with_default('social_care', 'service_requests', 'activity_type', "'social_care_request'") }}

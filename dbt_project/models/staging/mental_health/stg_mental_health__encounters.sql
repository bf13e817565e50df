{% set by_class %}
case
    when class_code in ('IMP', 'ACUTE', 'NONAC', 'SS') and part_of_key is null then 'mental_health_spell'
    when class_code in ('IMP', 'ACUTE', 'NONAC', 'SS') then 'ward_stay'
    else 'mental_health_contact'
end
{% endset %}
{{ staged_with_default('mental_health', 'encounters', 'activity_type', by_class) }}

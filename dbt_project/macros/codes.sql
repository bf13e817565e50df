{# Emergency admission methods, NHS Data Dictionary ADMISSION METHOD CODE (HOSPITAL PROVIDER SPELL). #}
{% macro is_emergency_admission(admission_method) -%}
coalesce({{ admission_method }} in ('21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D'), false)
{%- endmacro %}

{# NHS Data Dictionary ATTENDED OR DID NOT ATTEND CODE first, else the FHIR status. Null: not known yet. #}
{% macro is_attended(attended_code, status) -%}
case
    when {{ attended_code }} in ('5', '6') then true
    when {{ attended_code }} in ('2', '3', '4', '7') then false
    when {{ attended_code }} = '0' then null
    when {{ status }} in ('cancelled', 'noshow') then false
    when {{ status }} in ('fulfilled', 'arrived', 'checked-in', 'finished', 'in-progress', 'triaged', 'onleave') then true
end
{%- endmacro %}

{# Booked, not cancelled, and not seen: did not come (3), or came too late to be seen (7). As the national metric of
   missed appointments counts; else the FHIR status. #}
{% macro is_missed(attended_code, status) -%}
case
    when {{ attended_code }} in ('3', '7') then true
    when {{ attended_code }} is not null then false
    else coalesce({{ status }} = 'noshow', false)
end
{%- endmacro %}

{# A code as the lists write it: upper case, no dot. #}
{% macro plain_code(code) -%}
upper(replace({{ code }}, '.', ''))
{%- endmacro %}

{# A number that stands for a person within one build, where only counting is wanted. #}
{% macro person_number(person_key) -%}
hash({{ person_key }})
{%- endmacro %}

{# Whether a condition stands, by all that is known of it: once diagnosed a lifelong one stays, another is over when its
   resolution is the later entry. #}
{% macro is_standing(is_lifelong, is_diagnosed, diagnosed_on, resolved_on) -%}
(
    {{ is_diagnosed }}
    and (
        {{ is_lifelong }}
        or {{ resolved_on }} is null
        or coalesce({{ diagnosed_on }} > {{ resolved_on }}, false)
    )
)
{%- endmacro %}

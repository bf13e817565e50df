-- One referral per person, provider, day of receipt and treatment function: the appointments of one referral
-- all repeat it. It is complete once an attendance ended in discharge (OUTCOME OF ATTENDANCE 1).
with referrals as (
    select concat_ws('|', _record_id, OrganisationCodeCodeOfProvider, ReferralRequestReceivedDate,
                     TreatmentFunctionCode) as referral,
        (AppointmentDate, GeneratedRecordIdentifier) as position,
        *
    from OP
    where ReferralRequestReceivedDate is not null
),

requests as (
    select referral,
        any_value(_record_id) as _record_id,
        arg_min(_file_id, position) as _file_id,
        arg_min(_row, position) as _row,
        max(_extract_date) as _extract_date,
        any_value(ReferralRequestReceivedDate) as received_on,
        any_value(coalesce(OrganisationCodeCodeOfProvider, getvariable('sender'))) as provider,
        arg_min(PriorityType, position) as priority_type,
        arg_min(SourceOfReferralForOutPatients, position) as source_of_referral,
        max(AppointmentDate) filter (where OutcomeOfAttendance = '1') as discharged_on,
        bool_or(WithheldIdentityReason is not null) as is_withheld
    from referrals
    group by referral
)

select
    own_id('ServiceRequest', referral) as id,
    uk_core_meta('ServiceRequest', is_withheld) as meta,
    said([wsic_code('PriorityType', priority_type), wsic_code('SourceOfReferral', source_of_referral)]) as extension,
    if(discharged_on is null, 'active', 'completed') as status,
    'order' as intent,
    -- PRIORITY TYPE 1 routine, 2 urgent, 3 two week wait.
    case priority_type when '1' then 'routine' when '2' then 'urgent' when '3' then 'urgent' end as priority,
    own_reference('Patient', _record_id) as subject,
    london(received_on) as authoredOn,
    {'start': london(received_on), 'end': london(discharged_on)} as occurrencePeriod,
    [ods_reference(provider)] as performer,
    _record_id, _file_id, _row, _extract_date
from requests

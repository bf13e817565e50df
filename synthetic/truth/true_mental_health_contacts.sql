select
    t.code as provider_code, 'MC' || e.id as contact_identifier, 'MR' || e.referral as referral_identifier, person_id(e.person) as person_id,
    m.team as team_type, true_day(e.day) as contact_on, e.status as attendance_status, e.mechanism, e.place,
    e.day <= getvariable('mental_until') as is_submitted
from mental_contact as e join mental_trust as t on t.ix = e.trust join mental_team as m on m.ix = e.team
order by e.id

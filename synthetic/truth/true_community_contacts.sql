select
    t.code as provider_code, 'C' || e.id as contact_identifier, 'R' || e.referral as referral_identifier, person_id(e.person) as person_id,
    m.team as team_type, true_day(e.day) as contact_on, e.status as attendance_status, e.mechanism, e.place,
    e.day <= getvariable('community_until') as is_submitted
from community_contact as e join community_trust as t on t.ix = e.trust join community_team as m on m.ix = e.team
order by e.id

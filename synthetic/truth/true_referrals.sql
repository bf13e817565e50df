select 'community' as source, t.code as provider_code, 'R' || e.id as referral_identifier, person_id(e.person) as person_id, m.team as team_type,
    true_day(e.day) as received_on, if(e.closed <= getvariable('end'), true_day(e.closed), null) as closed_on
from community_referral as e join community_trust as t on t.ix = e.trust join community_team as m on m.ix = e.team
union all
select 'mental_health', t.code, 'MR' || e.id, person_id(e.person), m.team, true_day(e.day),
    if(e.closed <= getvariable('end'), true_day(e.closed), null)
from mental_referral as e join mental_trust as t on t.ix = e.trust join mental_team as m on m.ix = e.team
order by all

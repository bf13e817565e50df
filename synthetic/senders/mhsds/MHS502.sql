select
    'MW' || w.id as WardStayID, 'MS' || w.spell as HospProvSpellID, w.ward as WardType, day(w.start) as StartDateWardStay,
    known(w.stop) as EndDateWardStay
from ward_stay as w
join active_spell as e on e.id = w.spell
where has_come(w.start) and w.stop >= getvariable('period_start')
order by w.id

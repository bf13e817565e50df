select
    'MS' || e.id as HospProvSpellID, day(e.ready) as StartDateClinReadyforDisch, known(e.leave) as EndDateClinReadyforDisch,
    lpad(e.reason::varchar, 2, '0') as ClinReadyforDischDelayReason,
    if(e.reason % 3 = 0, '05', if(e.reason % 7 = 0, '06', '04')) as AttribToIndic
from active_spell as e
where has_come(e.ready)
order by e.id

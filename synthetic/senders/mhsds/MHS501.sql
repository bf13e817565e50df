select
    'MS' || e.id as HospProvSpellID, 'MR' || e.referral as ServiceRequestID, day(e.admit) as StartDateHospProvSpell,
    clock(600 + e.id % 600) as StartTimeHospProvSpell, '19' as SourceAdmMHHospProvSpell, e.method as MethAdmMHHospProvSpell,
    known(e.leave) as DischDateHospProvSpell, if(has_come(e.leave), clock(840 + e.id % 200), null) as DischTimeHospProvSpell,
    if(has_come(e.leave), if(e.died, '4', '1'), null) as MethOfDischMHHospProvSpell,
    if(has_come(e.leave), e.destination, null) as DestOfDischHospProvSpell
from active_spell as e
order by e.id

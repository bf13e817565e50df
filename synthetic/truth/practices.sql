select code as practice_code, p.name, if(is_emis, 'EMIS', 'TPP') as system, pcn as pcn_code, c.gss as local_authority_code, shares,
    ['in_force', 'no_agreement', 'not_activated', 'disabled', 'deleted'][agreement + 1] as agreement
from practice as p join council as c on c.ix = p.borough
order by p.ix

select person_id(c.person) as person_id, t.id as condition_id, t.snomed, t.icd10, true_day(c.onset) as onset_date
from condition_of as c join condition_type as t on t.ix = c.condition
order by c.person, c.condition

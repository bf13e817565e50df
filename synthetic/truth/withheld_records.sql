-- Records that arrive without any identity, and whose they are.
select source, sender, record_id, person_id(person) as person_id from withheld_record
order by all

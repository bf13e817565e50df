-- index_built (of the numbers in number_wanted), vault.person_index -> index_fresh, index_gone (rows that change),
-- index_changed (each of them as it was and as it is) and the view person_index, as it will be.
-- {columns}: the columns of index_built.
create or replace temp table index_fresh as
select {columns} from index_built
except
select {columns} from vault.person_index where nhs_number in (select nhs_number from number_wanted);
create or replace temp table index_gone as
select i.nhs_number
from vault.person_index as i
semi join number_wanted as w on w.nhs_number = i.nhs_number
anti join index_built as b on b.nhs_number = i.nhs_number;
create or replace temp table index_touched as
select nhs_number from index_fresh union all select nhs_number from index_gone;
create or replace temp table index_changed as
select {columns} from index_fresh
union all
select {columns} from vault.person_index where nhs_number in (select nhs_number from index_touched);
create or replace temp view person_index as
select {columns} from vault.person_index anti join index_touched using (nhs_number)
union all
select {columns} from index_fresh;

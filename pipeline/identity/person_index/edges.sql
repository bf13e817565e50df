-- edge_built (pairs scored tonight), vault.edge -> edge_known (all), and what changes: edge_fresh, edge_gone.
-- {columns}: the columns of edge_built. Tables residue_new, residue_altered and index_gone; variable everything.
create or replace temp table edge_stale as
with moved as (
    select record_key as node from residue_new
    union
    select record_key from residue_altered
    union
    select 'nhs|' || nhs_number from index_gone
)
select {columns}
from vault.edge
where
    getvariable('everything') or left_key in (select node from moved) or right_key in (select node from moved);
create or replace temp table edge_known as
select {columns} from vault.edge anti join edge_stale using (left_key, right_key)
union all
select {columns} from edge_built;
create or replace temp table edge_fresh as
select {columns} from edge_built except select {columns} from edge_stale;
create or replace temp table edge_gone as
select left_key, right_key from edge_stale anti join edge_built using (left_key, right_key);

-- What clustering writes: assignment (one row a residue record) and edge_joined (the scored pairs that hold together).
create or replace temp table assignment (
    record_key varchar,
    strict_anchor varchar,
    middle_anchor varchar,
    loose_anchor varchar,
    link_step varchar,
    link_confidence integer,
    probability_false double,
    probability_missed double
);
create or replace temp table edge_joined (left_key varchar, right_key varchar, weight double);

-- The ledger: counts and outcomes only, never a value from a record.
create table if not exists run (
    run_id text primary key, as_of text not null, extracts text, source text,
    started_at text not null, ended_at text, outcome text not null,   -- running | published | refused | failed
    code_version text not null, key_ids text not null default ''
) strict;
create table if not exists lock (
    name text primary key, run_id text not null, host text not null, pid integer not null, acquired_at text not null
) strict;
-- One row a received file. outcome: landed | refused | empty
create table if not exists file (
    file_id text primary key, run_id text not null, source text not null, sender text not null,
    extract_date text not null, file_name text not null, file_sha256 text not null, format text not null,
    rows_in integer not null, rows_landed integer not null, rows_quarantined integer not null,
    outcome text not null, message text not null default '',
    received_seq integer not null default 0   -- order of receipt: of one name and day, the later content wins
) strict;
-- Every file seen by every run: landed now, seen before, or refused.
create table if not exists file_seen (
    run_id text not null, file_id text not null, outcome text not null, primary key (run_id, file_id)
) strict;
-- outcome: landed | unchanged | refused | missing
create table if not exists feed (
    run_id text not null, source text not null, sender text not null, feed text not null,
    outcome text not null, message text not null default '', last_extract_on text, expected_on text,
    is_late integer not null default 0, files integer not null default 0, rows_in integer not null default 0,
    primary key (run_id, source, sender, feed)
) strict;
-- Row accounting: rows_in = rows_out + rows_quarantined + rows_withheld + rows_superseded.
create table if not exists stage (
    run_id text not null, product text not null default '', file_id text not null, stage text not null,
    rows_in integer not null, rows_out integer not null, rows_quarantined integer not null default 0,
    rows_withheld integer not null default 0, rows_superseded integer not null default 0,
    primary key (run_id, product, file_id, stage)
) strict;
create table if not exists withheld (
    run_id text not null, product text not null, reason text not null,
    people integer not null, rows integer not null, primary key (run_id, product, reason)
) strict;
create table if not exists rule_result (
    run_id text not null, product text not null default '', suite text not null, rule_id text not null,
    severity text not null, rows_checked integer not null, rows_failed integer not null, is_passed integer not null,
    primary key (run_id, product, suite, rule_id)
) strict;
create table if not exists file_rule (   -- what landing refused or warned of, by file and rule
    file_id text not null, rule_id text not null, column_name text not null default '', severity text not null,
    rows integer not null, primary key (file_id, rule_id, column_name)
) strict;
create table if not exists link (
    run_id text not null, source text not null, sender text not null, link_step text not null,
    records integer not null, people integer not null, primary key (run_id, source, sender, link_step)
) strict;
-- How a product's records were linked, in shares that nights are compared by. profile: link_step | confidence |
-- cluster_size | number_outcome | given (which identifiers a record gives) | decision (of the review queue).
create table if not exists link_profile (
    run_id text not null, product text not null, profile text not null, source text not null,
    value text not null, records integer not null, people integer not null,
    primary key (run_id, product, profile, source, value)
) strict;
create table if not exists step (        -- when each step of a run began and ended, and how
    run_id text not null, step text not null, subject text not null default '', started_at text not null,
    ended_at text, outcome text not null,   -- running | done | refused | failed
    message text not null default '', exit_code integer not null default 0,
    primary key (run_id, step, subject)
) strict;
create table if not exists publication (
    run_id text not null, product text not null, outcome text not null,   -- published | refused
    at text not null, message text not null default '', primary key (run_id, product)
) strict;

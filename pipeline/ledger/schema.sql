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
-- When what became known, in its order: a file received, sent again after another content of its name and day, or
-- checked again with other rows landed. What a file said before stays in its rows here, and its typed rows beside it.
create table if not exists file_known (
    known_seq integer primary key autoincrement, file_id text not null, run_id text not null, known_at text not null,
    act text not null,   -- received | sent_again | checked_again
    received_seq integer not null, outcome text not null, rows_landed integer not null
) strict;
create index if not exists file_known_by_file on file_known (file_id);
insert into file_known (file_id, run_id, known_at, act, received_seq, outcome, rows_landed)   -- of ledgers older than this table
    select file_id, run_id, coalesce((select started_at from run where run.run_id = file.run_id), ''), 'received', received_seq,
        outcome, rows_landed from file where not exists (select 1 from file_known) order by received_seq;
-- What a night left of a feed: its extracts up to as_of, of what was known up to known_seq, by declarations of that code.
create table if not exists feed_built (
    build_seq integer primary key autoincrement, run_id text not null, source text not null, sender text not null,
    as_of text not null, built_at text not null, known_seq integer not null, code text not null
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
create table if not exists file_mended (   -- a file of which only the rows were taken that another had refused
    file_id text primary key, mends_file_id text not null
) strict;
create table if not exists file_rule (   -- what landing refused or warned of, by file and rule
    file_id text not null, rule_id text not null, column_name text not null default '', severity text not null,
    rows integer not null, primary key (file_id, rule_id, column_name)
) strict;
-- Unknown extensions that landing took off the records of a file. url: a plain URL, or a short hash of what is none.
create table if not exists extension (
    file_id text not null, resource_type text not null, place text not null, url text not null,
    records integer not null, extensions integer not null, primary key (file_id, resource_type, place, url)
) strict;
-- Literal references of a feed's current resources, by type and element: how many, and to nothing that has come.
create table if not exists unresolved_reference (
    run_id text not null, source text not null, sender text not null, resource_type text not null,
    path text not null, target_type text not null, references_checked integer not null,
    references_unresolved integer not null,
    primary key (run_id, source, sender, resource_type, path, target_type)
) strict;
create table if not exists link (
    run_id text not null, source text not null, sender text not null, link_step text not null,
    records integer not null, people integer not null, primary key (run_id, source, sender, link_step)
) strict;
-- Decisions of people that the links could not obey. reason: two_numbers | other_decision | too_many_records
create table if not exists link_contradiction (
    run_id text not null, reason text not null, decisions integer not null, primary key (run_id, reason)
) strict;
-- How a product's records were linked, in shares that nights are compared by. profile: link_step | confidence |
-- cluster_size | number_outcome | given (which identifiers a record gives) | decision (of the review queue).
create table if not exists link_profile (
    run_id text not null, product text not null, profile text not null, source text not null,
    value text not null, records integer not null, people integer not null,
    primary key (run_id, product, profile, source, value)
) strict;
-- People registered at each practice in a product's night, as its quality.practice_reconciliation shows them.
create table if not exists practice_list (
    run_id text not null, product text not null, practice_code text not null, registered_people integer not null,
    primary key (run_id, product, practice_code)
) strict;
create table if not exists step (        -- when each step of a run began and ended, and how
    run_id text not null, step text not null, subject text not null default '', started_at text not null,
    ended_at text, outcome text not null,   -- running | done | refused | failed
    message text not null default '', exit_code integer not null default 0,
    primary key (run_id, step, subject)
) strict;
create table if not exists key_rotation (   -- the run made a product of a night again, under another key
    run_id text primary key, product text not null, base_run_id text not null,
    old_key_id text not null, new_key_id text not null,
    outcome text not null   -- running | rotated | abandoned
) strict;
create table if not exists publication (
    run_id text not null, product text not null, outcome text not null,   -- published | refused
    at text not null, message text not null default '', primary key (run_id, product)
) strict;
-- What linking everybody from nothing changed, or would have changed (is_taken 0): in people and records.
create table if not exists relinking (
    run_id text primary key, is_taken integer not null, records integer not null, people_before integer not null,
    people_after integer not null, people_kept integer not null, people_merged integer not null,
    people_split integer not null, records_moved integer not null
) strict;
-- The version that was kept as a month's (YYYY-MM) snapshot of a product; that it still lies there is not said here.
create table if not exists snapshot (
    product text not null, month text not null, run_id text not null, kept_at text not null,
    primary key (product, month)
) strict;
-- What the retention schedule destroyed, a row a file. kind: received | quarantine | version | snapshot | log. place: below the
-- home. state: begun (written before it goes) | destroyed. version: the run that made it. size in bytes.
create table if not exists destruction (
    kind text not null, place text not null, source text not null default '', sender text not null default '',
    file_id text not null default '', file_sha256 text not null default '', product text not null default '',
    version text not null default '', kept_since text not null, term_days integer not null, size integer not null,
    decided_at text not null, state text not null, destroyed_at text, primary key (kind, place)
) strict;
-- The head of the audit log after each entry, so that a log cut short or replaced is found. is_sealed: a signed
-- checkpoint was made of it; is_late: noted after a crash, with the entry that followed.
create table if not exists audit_head (
    log_id text not null, number integer not null, hash text not null, at text not null,
    is_sealed integer not null default 0, is_late integer not null default 0, primary key (log_id, number)
) strict;
-- Questions to the national opt-out check, and its answers: counts and hashes, never a number.
create table if not exists opt_out_request (
    request_id text not null, file_name text not null, asked_on text not null, written_at text not null,
    numbers integer not null, file_sha256 text not null, sent_at text, message_id text,
    primary key (request_id, file_name)
) strict;
create table if not exists opt_out_reply (
    run_id text primary key, reply_on text not null, request_id text not null default '', files integer not null,
    numbers integer not null, numbers_asked integer not null, reply_sha256 text not null, lapses_on text not null
) strict;
create table if not exists mesh_message (   -- collected: written before the message is acknowledged
    message_id text primary key, workflow_id text not null, file_name text not null, file_sha256 text not null,
    collected_at text not null
) strict;
create table if not exists subject_decision (
    decision_id text primary key, act text not null, decided_at text not null, subjects integer not null,
    people integer not null
) strict;
-- What a release can say of objections: one row a run and product.
create table if not exists objection_check (
    run_id text not null, product text not null, request_id text not null default '', asked_on text,
    numbers_asked integer, reply_on text, reply_lapses_on text, numbers_allowed integer,
    reply_sha256 text not null default '', restricted_codes integer not null, people_in integer not null,
    people_out integer not null, primary key (run_id, product)
) strict;
-- Counts of the open product: how many, and how many are not shown. Primary: small or mostly one person's;
-- secondary: others that would give a primary one away. releases_before: earlier ones that were compared with.
create table if not exists disclosure (
    run_id text primary key, cells integer not null, suppressed_primary integer not null,
    suppressed_secondary integer not null, releases_before integer not null
) strict;
-- What each release of the open product told that none before it did, in their order: the digest of the file
-- audit/released/<number>.parquet. Never deleted, as readers keep what they took.
create table if not exists released_cells (
    number integer primary key, run_id text not null, sha256 text not null, kept_at text not null
) strict;
-- An export that a FHIR server was asked for: written before the request goes out. state: requested | exporting |
-- downloading | delivered | complete | incomplete | failed | gone | lost. Addresses of files are never kept here.
create table if not exists bulk_job (
    job_id text primary key, server text not null, source text not null, sender text not null,
    scope text not null, since text, requested_at text not null, changed_at text not null, state text not null,
    status_url text, transaction_time text, is_incomplete integer not null default 0,
    message text not null default ''
) strict;
-- state: listed | fetching | fetched | failed | empty | left (of a type that is not landed). kind: output | deleted | error
create table if not exists bulk_file (
    job_id text not null, number integer not null, kind text not null, resource_type text not null,
    rows_said integer, state text not null, attempts integer not null default 0, rows integer, size integer,
    sha256 text not null default '', file_name text not null default '', message text not null default '',
    primary key (job_id, number)
) strict;
-- A message of a mailbox or a file of a store: written before it is asked for. remote_id: of the message, or a digest of
-- the file's path; version: what tells a file from an earlier content. file_name only where a source declares it.
-- state: listed | fetching | delivered (it may be acknowledged, or moved) | acknowledged | moved | unchanged | waiting
-- (its name still holds what was not landed) | left (no feed takes it) | refused | gone | reported
create table if not exists fetched_file (
    place text not null, remote_id text not null, version text not null, feed text not null default '',
    state text not null, reason text not null default '', extract_date text not null default '',
    file_name text not null default '', sha256 text not null default '', size integer, safe_size integer not null default 0,
    attempts integer not null default 0, found_at text not null, changed_at text not null,
    primary key (place, remote_id, version)
) strict;
-- What MESH could not deliver for us, by the code that it gave; written before the report is acknowledged.
create table if not exists mesh_report (
    message_id text primary key, mailbox text not null, workflow_id text not null, linked_message_id text not null,
    status_code text not null, reported_at text not null
) strict;
-- The forms that this ledger has had: code that knows lower ones only refuses it (pipeline/ledger/form.py).
create table if not exists ledger_form (form integer primary key) strict;
insert or ignore into ledger_form (form) values (1);

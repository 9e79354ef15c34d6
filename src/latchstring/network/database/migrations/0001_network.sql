create schema directory;

create table directory.agencies (
    agency text primary key,
    title text not null,
    agency_type text not null,
    enrolled_at timestamptz not null
);

create table directory.keys (
    public_key text primary key,
    holder text not null,
    role text not null,
    agency text references directory.agencies,
    entry bigint not null,
    enrolled_at timestamptz not null,
    replaced_at timestamptz
);
create unique index keys_current on directory.keys (holder) where replaced_at is null;

create schema accounts;

create table accounts.accounts (
    id text primary key,
    name text not null,
    role text not null check (role in ('operator', 'officer', 'reviewer')),
    agency text references directory.agencies,
    holder text not null unique,
    password_hash text not null,
    must_change_password boolean not null,
    created_at timestamptz not null,
    check ((role = 'officer') = (agency is not null))
);
create unique index accounts_name on accounts.accounts (lower(name));

create table accounts.sessions (
    token_sha256 text primary key,
    account text not null references accounts.accounts on delete cascade,
    csrf text not null,
    expires_at timestamptz not null
);
create index sessions_account on accounts.sessions (account);

create table accounts.attempts (
    name_sha256 text primary key,
    failures integer not null,
    wait_until timestamptz not null
);

create schema ledger;

create table ledger.entries (
    id bigint generated always as identity primary key,
    position bigint unique,
    kind text not null,
    subject text not null,
    body bytea not null check (octet_length(body) between 1 and 65535)
);
create index entries_waiting on ledger.entries (id) where position is null;
create index entries_subject on ledger.entries (subject) where subject <> '';

create table ledger.head (
    single boolean primary key default true check (single),
    origin text not null,
    size bigint not null check (size >= 0),
    root bytea not null check (octet_length(root) = 32),
    checkpoint text not null
);

create function ledger.keep() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'the ledger keeps what is entered';
    elsif tg_table_name = 'entries' then
        if old.position is not null or new.id <> old.id or new.body <> old.body
            or new.kind <> old.kind or new.subject <> old.subject then
            raise exception 'the ledger keeps what is entered';
        end if;
    elsif new.origin <> old.origin or new.size <= old.size then
        raise exception 'the ledger only grows';
    end if;
    return new;
end;
$$;
create trigger keep before update or delete on ledger.entries for each row execute function ledger.keep();
create trigger keep before update or delete on ledger.head for each row execute function ledger.keep();

create schema jobs;

create function ledger.enter(kind text, subject text, body bytea) returns bigint
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
    entry bigint;
begin
    insert into ledger.entries (kind, subject, body) values (kind, subject, body) returning id into entry;
    if coalesce(current_setting('latchstring.woken', true), '') <> pg_current_xact_id()::text then
        perform procrastinate_defer_jobs_v1(array[
            row('ledger', 'integrate', 0, null, null, '{}', null)::procrastinate_job_to_defer_v1
        ]);
        perform set_config('latchstring.woken', pg_current_xact_id()::text, true);
    end if;
    return entry;
end;
$$;
revoke all on function ledger.enter(text, text, bytea) from public;

create schema places;

create table places.cells (
    cell text primary key,
    coarse text[] not null,
    dwellings integer not null check (dwellings >= 0)
);

create schema requests;

create table requests.policies (
    sha256 text primary key,
    policy text not null,
    version integer not null,
    body bytea not null,
    entry bigint not null,
    published_at timestamptz not null
);

create table requests.cases (
    case_commitment text primary key,
    agency text not null references directory.agencies,
    reference text not null,
    salt bytea not null check (octet_length(salt) = 32),
    unique (agency, reference)
);

create table requests.requests (
    id text primary key,
    agency text not null references directory.agencies,
    officer text not null,
    case_commitment text not null references requests.cases,
    post_number integer not null check (post_number > 0),
    statement_sha256 text not null unique,
    envelope bytea not null,
    policy_sha256 text not null references requests.policies,
    coarse_cells text[] not null,
    votes_needed integer not null,
    wide boolean not null,
    audience text not null,
    state text not null check (state in ('pending', 'approved', 'rejected', 'expired')),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    entry bigint not null,
    decision_entry bigint,
    expiry_entry bigint,
    unique (case_commitment, post_number)
);
create index requests_agency on requests.requests (agency, created_at desc);
create index requests_open on requests.requests (expires_at) where state in ('pending', 'approved');

create table requests.votes (
    request text not null references requests.requests,
    reviewer text not null,
    verdict text not null check (verdict in ('for', 'against')),
    reason text not null,
    vote_sha256 text not null unique,
    envelope bytea not null,
    at timestamptz not null,
    entry bigint not null,
    primary key (request, reviewer)
);

create table requests.bundles (
    cell text primary key,
    requests text[] not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null
);

create schema disclosures;

create table disclosures.uploads (
    sha256 text primary key,
    received_bytes bigint not null,
    touched_at timestamptz not null
);

create table disclosures.disclosures (
    id text primary key,
    request text not null references requests.requests,
    disclosure_sha256 text not null unique,
    receipt_sha256 text not null unique,
    nonce text not null unique,
    ciphertext_sha256 text not null unique,
    size_bytes bigint not null,
    disclosure bytea not null,
    receipt bytea not null,
    device_key text not null,
    received_at timestamptz not null,
    entry bigint not null
);
create index disclosures_request on disclosures.disclosures (request);

create table disclosures.openings (
    disclosure text not null references disclosures.disclosures,
    officer text not null,
    opening_sha256 text not null unique,
    envelope bytea not null,
    at timestamptz not null,
    entry bigint not null,
    primary key (disclosure, officer)
);

create table disclosures.outcomes (
    request text not null references requests.requests,
    officer text not null,
    outcome text not null,
    outcome_sha256 text not null unique,
    envelope bytea not null,
    at timestamptz not null,
    entry bigint not null
);
create index outcomes_request on disclosures.outcomes (request);

grant usage on schema directory, ledger to
    latchstring_door, latchstring_agency, latchstring_review, latchstring_intake, latchstring_public, latchstring_jobs;
grant select on all tables in schema directory, ledger to
    latchstring_door, latchstring_agency, latchstring_review, latchstring_intake, latchstring_public, latchstring_jobs;
grant execute on function ledger.enter(text, text, bytea) to
    latchstring_door, latchstring_agency, latchstring_review, latchstring_intake, latchstring_jobs;

grant usage on schema accounts, places to latchstring_door;
grant select, insert, update, delete on all tables in schema accounts, places to latchstring_door;
grant insert, update on directory.agencies, directory.keys to latchstring_door;

grant usage on schema requests, disclosures, places to latchstring_agency;
grant select on requests.policies, requests.requests, requests.votes, places.cells to latchstring_agency;
grant select, insert on requests.cases to latchstring_agency;
grant insert on requests.requests to latchstring_agency;
grant select on disclosures.disclosures to latchstring_agency;
grant select, insert on disclosures.openings, disclosures.outcomes to latchstring_agency;

grant usage on schema requests, places to latchstring_review;
grant select on requests.policies, requests.cases, requests.requests, places.cells to latchstring_review;
grant update (state, decision_entry) on requests.requests to latchstring_review;
grant select, insert on requests.votes to latchstring_review;

grant usage on schema requests, disclosures to latchstring_intake;
grant select on requests.policies, requests.requests to latchstring_intake;
grant select, insert on disclosures.disclosures to latchstring_intake;
grant select, insert, update, delete on disclosures.uploads to latchstring_intake;

grant usage on schema requests, places to latchstring_public;
grant select on requests.policies, places.cells to latchstring_public;

grant usage on schema requests, disclosures, places to latchstring_jobs;
grant insert on ledger.head to latchstring_jobs;
grant update (position) on ledger.entries to latchstring_jobs;
grant update (size, root, checkpoint) on ledger.head to latchstring_jobs;
grant select, insert on requests.policies to latchstring_jobs;
grant select on requests.requests, requests.votes, places.cells, disclosures.disclosures to latchstring_jobs;
grant update (state, expiry_entry) on requests.requests to latchstring_jobs;
grant select, insert, update, delete on requests.bundles to latchstring_jobs;
grant select, delete on disclosures.uploads to latchstring_jobs;

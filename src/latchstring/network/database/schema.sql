-- The network's database, as it stands after every migration. A test shows that the migrations give the same.
-- Nothing here knows a camera, a home, an owner, or which hub fetched what.

-- Who may ask and who may sign: public facts, each with its entry in the ledger.
create schema directory;

create table directory.agencies (
    agency text primary key,                    -- public short name, as in every statement
    title text not null,                        -- as people call it
    agency_type text not null,                  -- a code: local-police, sheriff, fire, missing-person-unit
    enrolled_at timestamptz not null
);

create table directory.keys (
    public_key text primary key,                -- base64 of 32 bytes, Ed25519
    holder text not null,                       -- pseudonym of its officer or reviewer
    role text not null,                         -- officer, reviewer
    agency text references directory.agencies,  -- null for reviewers
    entry bigint not null,                      -- its key-enrolled entry, by ledger.entries.id
    enrolled_at timestamptz not null,
    replaced_at timestamptz                     -- since then it signs nothing new
);
create unique index keys_current on directory.keys (holder) where replaced_at is null;

-- Accounts and sessions: for the door alone.
create schema accounts;

create table accounts.accounts (
    id text primary key,                        -- ac_…
    name text not null,                         -- what is typed to sign in
    role text not null check (role in ('operator', 'officer', 'reviewer')),
    agency text references directory.agencies,  -- of officers
    holder text not null unique,                -- pseudonym, the only name that leaves this schema
    password_hash text not null,                -- argon2id, with its salt and costs
    must_change_password boolean not null,      -- true while the password is a one-time one
    created_at timestamptz not null,
    check ((role = 'officer') = (agency is not null))
);
create unique index accounts_name on accounts.accounts (lower(name));

create table accounts.sessions (
    token_sha256 text primary key,              -- the cookie holds the token, we hold its hash
    account text not null references accounts.accounts on delete cascade,
    csrf text not null,                         -- what a changing request repeats in its X-CSRF-Token header
    expires_at timestamptz not null
);
create index sessions_account on accounts.sessions (account);

create table accounts.attempts (
    name_sha256 text primary key,               -- of the name that was tried, known or not
    failures integer not null,                  -- in a row
    wait_until timestamptz not null             -- no try before
);

-- The public log.
create schema ledger;

create table ledger.entries (
    id bigint generated always as identity primary key,  -- order of entering
    position bigint unique,                     -- place in the tree, given once; null while it waits
    kind text not null,                         -- as in the body, for the index
    subject text not null,                      -- request id, or empty
    body bytea not null check (octet_length(body) between 1 and 65535)
);
create index entries_waiting on ledger.entries (id) where position is null;
create index entries_subject on ledger.entries (subject) where subject <> '';

create table ledger.head (
    single boolean primary key default true check (single),
    origin text not null,                       -- never changes
    size bigint not null check (size >= 0),     -- entries under the checkpoint
    root bytea not null check (octet_length(root) = 32),  -- RFC 6962 root hash
    checkpoint text not null                    -- signed note; signed once for each size
);

-- What is entered stays: a body never changes, a position is given once, nothing is deleted, the head only grows.
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

-- The worker's jobs: the tables of procrastinate, made by its own SQL.
create schema jobs;

-- Enter a body, and wake the worker once for each transaction. The only way into the ledger.
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

-- Cells with homes in them; no home.
create schema places;

create table places.cells (
    cell text primary key,                      -- H3, resolution 9
    coarse text[] not null,                     -- the cells of resolution 6 that it touches: their bundles
    dwellings integer not null check (dwellings >= 0)
);

-- What agencies ask.
create schema requests;

create table requests.policies (
    sha256 text primary key,                    -- of the file's bytes
    policy text not null,                       -- its id
    version integer not null,
    body bytea not null,                        -- the file
    entry bigint not null,                      -- its policy-published entry
    published_at timestamptz not null
);

create table requests.cases (
    case_commitment text primary key,           -- hex, what the public sees
    agency text not null references directory.agencies,
    reference text not null,                    -- for the agency and the reviewers
    salt bytea not null check (octet_length(salt) = 32),
    unique (agency, reference)
);

create table requests.requests (
    id text primary key,                        -- rq_…
    agency text not null references directory.agencies,
    officer text not null,                      -- pseudonym
    case_commitment text not null references requests.cases,
    post_number integer not null check (post_number > 0),
    statement_sha256 text not null unique,      -- hex, of the signed bytes
    envelope bytea not null,                    -- DSSE, canonical JSON
    policy_sha256 text not null references requests.policies,
    coarse_cells text[] not null,               -- the bundles that carry it
    votes_needed integer not null,
    wide boolean not null,                      -- whether it uses a wide limit
    audience text not null,                     -- bucket of dwellings, counted when it was submitted
    state text not null check (state in ('pending', 'approved', 'rejected', 'expired')),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    entry bigint not null,                      -- its request-submitted entry
    decision_entry bigint,                      -- its request-approved or request-rejected entry
    expiry_entry bigint,                        -- its request-expired entry
    unique (case_commitment, post_number)
);
create index requests_agency on requests.requests (agency, created_at desc);
create index requests_open on requests.requests (expires_at) where state in ('pending', 'approved');

create table requests.votes (
    request text not null references requests.requests,
    reviewer text not null,                     -- pseudonym
    verdict text not null check (verdict in ('for', 'against')),
    reason text not null,                       -- a code of the policy
    vote_sha256 text not null unique,           -- hex, of the signed bytes
    envelope bytea not null,                    -- DSSE, canonical JSON
    at timestamptz not null,
    entry bigint not null,                      -- its vote-cast entry
    primary key (request, reviewer)
);

create table requests.bundles (
    cell text primary key,                      -- H3, resolution 6
    requests text[] not null,                   -- what it carries, in order of approval
    issued_at timestamptz not null,
    expires_at timestamptz not null
);

-- What owners shared. Nothing here tells who.
create schema disclosures;

create table disclosures.uploads (
    sha256 text primary key,                    -- of the ciphertext: its name and its check
    received_bytes bigint not null,             -- how much has come
    touched_at timestamptz not null             -- forgotten a day after, unless a disclosure claims it
);

create table disclosures.disclosures (
    id text primary key,                        -- ds_…
    request text not null references requests.requests,
    disclosure_sha256 text not null unique,     -- hex, of the signed document
    receipt_sha256 text not null unique,        -- hex: a receipt is used once
    nonce text not null unique,                 -- of the receipt
    ciphertext_sha256 text not null unique,
    size_bytes bigint not null,
    disclosure bytea not null,                  -- DSSE, canonical JSON
    receipt bytea not null,                     -- DSSE, canonical JSON
    device_key text not null,                   -- base64; made for this one disclosure
    received_at timestamptz not null,
    entry bigint not null                       -- its disclosure-made entry
);
create index disclosures_request on disclosures.disclosures (request);

create table disclosures.openings (
    disclosure text not null references disclosures.disclosures,
    officer text not null,                      -- pseudonym
    opening_sha256 text not null unique,        -- hex, of the signed bytes
    envelope bytea not null,                    -- DSSE, canonical JSON
    at timestamptz not null,
    entry bigint not null,                      -- its disclosure-opened entry
    primary key (disclosure, officer)
);

create table disclosures.outcomes (
    request text not null references requests.requests,
    officer text not null,                      -- pseudonym
    outcome text not null,                      -- used, not-used, charged, deleted
    outcome_sha256 text not null unique,        -- hex, of the signed bytes
    envelope bytea not null,                    -- DSSE, canonical JSON
    at timestamptz not null,
    entry bigint not null                       -- its outcome-entered entry
);
create index outcomes_request on disclosures.outcomes (request);

-- What residents reported, as cells; and the maps made of it.
create schema incidents;

create table incidents.incidents (
    id bigint generated always as identity primary key,
    kind text not null,                         -- a code
    day date not null,                          -- never an hour
    cell text not null,                         -- H3, resolution 9: never finer, never a coordinate
    coarse text not null,                       -- its cell of resolution 6
    source text not null default 'resident' check (source = 'resident'),  -- what police find shows police
    household bytea not null check (octet_length(household) = 32),  -- keyed hash, so that none counts twice
    came text not null check (came in ('report', 'import')),
    received_on date not null,
    counted boolean not null,                   -- false while a report waits for the operator
    unique (household, kind, day, cell)
);
create index incidents_area on incidents.incidents (coarse, day) where counted;
create index incidents_waiting on incidents.incidents (cell) where not counted;

create table incidents.budget (
    cell text not null,                         -- H3, resolution 6
    year integer not null,
    spent_thousandths integer not null check (spent_thousandths between 0 and 4000),  -- epsilon
    primary key (cell, year)
);

create table incidents.maps (
    sha256 text primary key,                    -- hex, of the body
    number bigint generated always as identity, -- order of publishing; the newest of an area is shown
    area text[] not null,                       -- H3, resolution 6, sorted
    body bytea not null,                        -- canonical JSON: what residents and agencies get
    published_at timestamptz not null
);
create index maps_area on incidents.maps (area, number desc);

create table incidents.releases (
    id text primary key,                        -- rl_…
    agency text not null references directory.agencies,
    officer text not null,                      -- pseudonym
    map_sha256 text not null references incidents.maps,
    purpose text not null,                      -- a code
    asked_at timestamptz not null,
    expires_on date not null,                   -- the last day of use
    reasons text[] not null,                    -- the gate's rules that stood against it; none: given
    entry bigint not null,                      -- its map-released or map-refused entry
    expiry_entry bigint                         -- its map-expired entry
);
create index releases_open on incidents.releases (expires_on) where expiry_entry is null;

-- Locked plans of impact studies, and what was read of them.
create schema evaluations;

create table evaluations.studies (
    id text primary key,                        -- st_…
    holder text not null,                       -- pseudonym of the operator who locked it
    plan bytea not null,                        -- canonical JSON; never changes
    plan_sha256 text not null unique,           -- hex, of the plan; stands in the ledger
    locked_at timestamptz not null,
    readable_on date not null,                  -- the first day after the window
    lock_entry bigint not null,                 -- its plan-locked entry
    result bytea,                               -- canonical JSON; null until it is read, once
    result_sha256 text,
    read_at timestamptz,
    read_entry bigint,                          -- its study-read entry
    check (num_nulls(result, result_sha256, read_at, read_entry) in (0, 4)),
    check (read_at is null or (read_at at time zone 'utc')::date >= readable_on)
);

-- A locked plan stays, and a result is written once.
create function evaluations.keep() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.result is not null
        or (new.id, new.holder, new.plan, new.plan_sha256, new.locked_at, new.readable_on, new.lock_entry)
            is distinct from
            (old.id, old.holder, old.plan, old.plan_sha256, old.locked_at, old.readable_on, old.lock_entry) then
        raise exception 'a locked plan stays as it is, and is read once';
    end if;
    return new;
end;
$$;
create trigger keep before update or delete on evaluations.studies
    for each row execute function evaluations.keep();

-- Who may touch what. A right that is not written here is refused by PostgreSQL.
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

grant usage on schema incidents to
    latchstring_door, latchstring_agency, latchstring_intake, latchstring_public, latchstring_jobs;
grant select, insert, update, delete on incidents.incidents to latchstring_door;
grant select, insert, update on incidents.budget to latchstring_door;
grant select, insert on incidents.maps to latchstring_door;
grant usage on schema places to latchstring_intake;
grant select on places.cells to latchstring_intake;
grant insert, select (cell, counted) on incidents.incidents to latchstring_intake;
grant select on incidents.maps, incidents.budget to latchstring_agency;
grant select, insert on incidents.releases to latchstring_agency;
grant select on incidents.maps, incidents.releases to latchstring_public;
grant select on incidents.releases to latchstring_jobs;
grant update (expiry_entry) on incidents.releases to latchstring_jobs;

grant usage on schema evaluations to latchstring_door, latchstring_public;
grant select, insert on evaluations.studies to latchstring_door;
grant update (result, result_sha256, read_at, read_entry) on evaluations.studies to latchstring_door;
grant select on evaluations.studies to latchstring_public;

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

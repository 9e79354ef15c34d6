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

grant usage on schema evaluations to latchstring_door, latchstring_public;
grant select, insert on evaluations.studies to latchstring_door;
grant update (result, result_sha256, read_at, read_entry) on evaluations.studies to latchstring_door;
grant select on evaluations.studies to latchstring_public;

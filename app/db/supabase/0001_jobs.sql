-- Edit Factory on Supabase, 1 of 3: the table of jobs.
--
-- Paste it into the SQL editor and run it, then 0002 and 0003. Running a file twice is harmless, and a table that is
-- there already in an older shape is brought up to date: its rows stay. Rows from before have no owner: until one is
-- set, only the service role and this editor see them.
--
-- The table is a copy. Edit Factory keeps the truth in its own database and replays every change into this one with
-- the service role's (secret) key.

begin;

create table if not exists public.jobs (
    id text primary key,
    job_type text not null default 'video_processing',
    status text not null default 'pending',
    progress text,
    data jsonb not null,
    created_at timestamptz default now(),
    updated_at timestamptz default now()
);

-- A new table is closed until 0003 says who may do what. Row-level security does not apply to TRUNCATE.
alter table public.jobs enable row level security;
revoke truncate, references, trigger on public.jobs from public, anon, authenticated;

-- Who it belongs to: the signed-in account that inserts it, or whom the service role names.
-- The default is set afterwards, so that rows which are there already stay without an owner.
alter table public.jobs add column if not exists owner uuid;
alter table public.jobs alter column owner set default auth.uid();

-- Counts the changes that Edit Factory made.
alter table public.jobs add column if not exists version bigint not null default 1;

create index if not exists idx_jobs_status on public.jobs (status);
create index if not exists idx_jobs_created_at on public.jobs (created_at desc);
create index if not exists idx_jobs_type_status on public.jobs (job_type, status);
create index if not exists idx_jobs_owner on public.jobs (owner);  -- the policies of 0003 ask for it with every query

-- "not valid": new rows must obey at once; a row from before that does not obey is named by the warning below.
do $$
begin
    if not exists (select from pg_constraint where conrelid = 'public.jobs'::regclass and conname = 'jobs_status') then
        alter table public.jobs add constraint jobs_status
            check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')) not valid;
    end if;
    if not exists (select from pg_constraint where conrelid = 'public.jobs'::regclass and conname = 'jobs_id') then
        alter table public.jobs add constraint jobs_id check (id <> '') not valid;
    end if;
    if not exists (select from pg_constraint where conrelid = 'public.jobs'::regclass and conname = 'jobs_version') then
        alter table public.jobs add constraint jobs_version check (version >= 1) not valid;
    end if;
end
$$;

do $$
begin
    alter table public.jobs validate constraint jobs_status;
    alter table public.jobs validate constraint jobs_id;
    alter table public.jobs validate constraint jobs_version;
exception when check_violation then
    raise warning 'public.jobs has rows from before that break a rule: %. Mend them and run this file again.', sqlerrm;
end
$$;

-- A job of an older version never overwrites a newer one, in whatever order they arrive: the older one is ignored,
-- and its sender is told that no row was changed. The same version again changes nothing.
-- A change by hand that does not name a version leaves it as it is, on purpose: Edit Factory's next change has a higher
-- number and wins, because the truth is there. Had the number been raised here, that next change would look old.
create or replace function public.jobs_keep_newest() returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if new.id <> old.id then
        raise exception 'The id of a job cannot be changed.' using errcode = 'check_violation';
    end if;
    if new.version < old.version then
        return null;
    end if;
    if new.version = old.version and new.updated_at is not distinct from old.updated_at and new is distinct from old then
        new.updated_at := now();
    end if;
    return new;
end
$$;

revoke all on function public.jobs_keep_newest() from public, anon, authenticated;

create or replace trigger jobs_keep_newest before update on public.jobs
    for each row execute function public.jobs_keep_newest();

commit;

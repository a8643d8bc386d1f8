-- Edit Factory on Supabase, 2 of 3: what calls of paid (and free) services cost, one row a call.
--
-- Paste it into the SQL editor and run it. Running it twice is harmless; a table that is there already keeps its rows
-- and gets the columns it lacks.

begin;

create table if not exists public.api_costs (
    id uuid primary key default gen_random_uuid(),
    job_id text,
    service text not null,
    operation text not null,
    units bigint not null default 0,  -- characters, tokens or whatever the service counts
    estimated_cost numeric(18, 6) not null,  -- US dollars
    details jsonb not null default '{}',
    created_at timestamptz not null default now()
);

-- A new table is closed until 0003 says who may do what. Row-level security does not apply to TRUNCATE.
alter table public.api_costs enable row level security;
revoke truncate, references, trigger on public.api_costs from public, anon, authenticated;

alter table public.api_costs add column if not exists created_at timestamptz not null default now();
alter table public.api_costs add column if not exists project_id text;
alter table public.api_costs add column if not exists clip_id text;

-- Who it belongs to, as in jobs.
alter table public.api_costs add column if not exists owner uuid;
alter table public.api_costs alter column owner set default auth.uid();

-- job_id refers to no row of jobs on purpose: jobs are cleaned up after a week, what they cost is kept.
create index if not exists idx_api_costs_created_at on public.api_costs (created_at desc);
create index if not exists idx_api_costs_service on public.api_costs (service, created_at desc);
create index if not exists idx_api_costs_job_id on public.api_costs (job_id);
create index if not exists idx_api_costs_owner on public.api_costs (owner);

-- "not valid": new rows must obey at once; a row from before that does not obey is named by the warning below.
do $$
begin
    if not exists (
        select from pg_constraint where conrelid = 'public.api_costs'::regclass and conname = 'api_costs_amounts'
    ) then
        alter table public.api_costs add constraint api_costs_amounts
            check (units >= 0 and estimated_cost >= 0) not valid;
    end if;
    if not exists (
        select from pg_constraint where conrelid = 'public.api_costs'::regclass and conname = 'api_costs_names'
    ) then
        alter table public.api_costs add constraint api_costs_names
            check (service <> '' and operation <> '') not valid;
    end if;
end
$$;

do $$
begin
    alter table public.api_costs validate constraint api_costs_amounts;
    alter table public.api_costs validate constraint api_costs_names;
exception when check_violation then
    raise warning 'public.api_costs has rows from before that break a rule: %. Mend them and run this file again.',
        sqlerrm;
end
$$;

commit;

-- Edit Factory on Supabase, 3 of 3: who may see and change what.
--
-- Paste it into the SQL editor and run it. Running it twice is harmless.
--
--   nobody signed in (anon)      nothing
--   signed in (authenticated)    their own rows: see, insert, change, delete; never the owner of a row, nor its version
--   service role (secret key)    everything: it passes by row-level security. Only servers may hold that key
--
-- Two locks, one behind the other: what a role may do at all (grants), and with which rows (policies). Policies alone
-- would not do: they do not apply to TRUNCATE, which empties a table of everybody's rows, and Supabase by default
-- grants it, with everything else, to anon and authenticated. So all is taken away, and what is needed given back.

begin;

-- The policies of the first version let anyone read every job, and any signed-in account change anyone's.
drop policy if exists "Allow read access to all jobs" on public.jobs;
drop policy if exists "Allow insert/update for authenticated users" on public.jobs;

alter table public.jobs enable row level security;
alter table public.api_costs enable row level security;

-- The table's own role obeys as well, unless it may pass by row-level security (as this editor's may).
alter table public.jobs force row level security;
alter table public.api_costs force row level security;

revoke all on public.jobs, public.api_costs from public, anon, authenticated;  -- of single columns as well

grant usage on schema public to authenticated, service_role;
grant select, insert, update, delete on public.jobs, public.api_costs to service_role;

-- A row's owner may be named when it is made (the policies see to it that it is the one who asks), never changed.
-- An upsert, too, sets each column it sends: leave owner out of one.
grant select, delete on public.jobs, public.api_costs to authenticated;
grant insert (id, job_type, status, progress, data, owner) on public.jobs to authenticated;
grant update (id, job_type, status, progress, data) on public.jobs to authenticated;
grant insert (id, job_id, project_id, clip_id, service, operation, units, estimated_cost, details, owner)
    on public.api_costs to authenticated;
grant update (id, job_id, project_id, clip_id, service, operation, units, estimated_cost, details)
    on public.api_costs to authenticated;

-- "(select auth.uid())" is asked once a query; without the brackets once a row. Where nobody is signed in it is null,
-- and nothing equals null, not even the empty owner of a row.
drop policy if exists "Owners see their jobs" on public.jobs;
create policy "Owners see their jobs" on public.jobs
    for select to authenticated using (owner = (select auth.uid()));

drop policy if exists "Owners insert their jobs" on public.jobs;
create policy "Owners insert their jobs" on public.jobs
    for insert to authenticated with check (owner = (select auth.uid()));

drop policy if exists "Owners change their jobs" on public.jobs;
create policy "Owners change their jobs" on public.jobs
    for update to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));

drop policy if exists "Owners delete their jobs" on public.jobs;
create policy "Owners delete their jobs" on public.jobs
    for delete to authenticated using (owner = (select auth.uid()));

drop policy if exists "Owners see their costs" on public.api_costs;
create policy "Owners see their costs" on public.api_costs
    for select to authenticated using (owner = (select auth.uid()));

drop policy if exists "Owners insert their costs" on public.api_costs;
create policy "Owners insert their costs" on public.api_costs
    for insert to authenticated with check (owner = (select auth.uid()));

drop policy if exists "Owners change their costs" on public.api_costs;
create policy "Owners change their costs" on public.api_costs
    for update to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));

drop policy if exists "Owners delete their costs" on public.api_costs;
create policy "Owners delete their costs" on public.api_costs
    for delete to authenticated using (owner = (select auth.uid()));

-- Policies add up: any other one on these tables lets in whom it lets in. They are yours, so they stay; look at them.
do $$
declare
    other record;
begin
    for other in
        select tablename, policyname from pg_policies
        where schemaname = 'public' and tablename in ('jobs', 'api_costs') and permissive = 'PERMISSIVE'
            and policyname not like 'Owners % their %'
    loop
        raise warning 'The policy "%" on public.% lets in more than these do. Unless you want it, drop it.',
            other.policyname, other.tablename;
    end loop;
end
$$;

commit;

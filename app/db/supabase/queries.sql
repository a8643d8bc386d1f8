-- Queries to save in Supabase's SQL editor. Each stands by itself: paste one, save it under its name. They only read.

-- Running jobs: the one that has been silent longest comes first.
select id, job_type, status, progress, (data ->> 'percentage')::numeric as percentage,
    date_trunc('second', now() - created_at) as age,
    date_trunc('second', now() - updated_at) as silent_for
from public.jobs
where status in ('pending', 'processing')
order by updated_at;

-- Failed today: what failed since midnight (UTC), and why.
select id, job_type, progress, coalesce(data ->> 'error', data #>> '{error,message}') as reason, created_at, updated_at
from public.jobs
where status = 'failed' and updated_at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc'
order by updated_at desc;

-- Slow jobs: the fifty of the last week that took longest.
select id, job_type, status, date_trunc('second', updated_at - created_at) as took, created_at
from public.jobs
where status in ('completed', 'failed') and created_at >= now() - interval '7 days'
order by updated_at - created_at desc
limit 50;

-- Jobs by day and status: the last thirty days.
select (created_at at time zone 'utc')::date as day, status, count(*) as jobs
from public.jobs
where created_at >= now() - interval '30 days'
group by 1, 2
order by 1 desc, 2;

-- Costs by service and day: the last thirty days, in US dollars.
select (created_at at time zone 'utc')::date as day, service, count(*) as calls, sum(units) as units,
    sum(estimated_cost) as dollars
from public.api_costs
where created_at >= now() - interval '30 days'
group by 1, 2
order by 1 desc, 2;

-- Costs by job: the fifty dearest of the last thirty days, in US dollars.
select job_id, count(*) as calls, sum(estimated_cost) as dollars, min(created_at) as first_call
from public.api_costs
where created_at >= now() - interval '30 days'
group by job_id
order by dollars desc
limit 50;

-- Costs of this month by project: in US dollars.
select coalesce(project_id, '(none)') as project, sum(estimated_cost) as dollars, count(*) as calls
from public.api_costs
where created_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'
group by 1
order by dollars desc;

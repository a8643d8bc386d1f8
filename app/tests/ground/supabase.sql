-- What a Supabase project has before anything is made in it, as far as its REST interface and its policies meet it:
-- the roles, the auth schema, and the grants that are given by default. Without those grants the holes that policies
-- must close would hide behind missing rights.

do $$
begin
    if not exists (select from pg_roles where rolname = 'sql_editor') then
        create role anon nologin noinherit;
        create role authenticated nologin noinherit;
        create role service_role nologin noinherit bypassrls;
        create role authenticator login noinherit;
        grant anon, authenticated, service_role to authenticator;
        -- In a project this one is called postgres; here that name is the superuser's, whom no project lets in.
        create role sql_editor login createrole createdb bypassrls;
        grant anon, authenticated, service_role to sql_editor;
    end if;
end
$$;

grant usage on schema public to anon, authenticated, service_role, sql_editor;
grant all on schema public to sql_editor;
alter default privileges for role sql_editor in schema public
    grant all on tables to sql_editor, anon, authenticated, service_role;
alter default privileges for role sql_editor in schema public
    grant all on functions to sql_editor, anon, authenticated, service_role;
alter default privileges for role sql_editor in schema public
    grant all on sequences to sql_editor, anon, authenticated, service_role;

create schema auth;
grant usage on schema auth to anon, authenticated, service_role, sql_editor;

create function auth.jwt() returns jsonb language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$$;

create function auth.uid() returns uuid language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$$;

create function auth.role() returns text language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$$;

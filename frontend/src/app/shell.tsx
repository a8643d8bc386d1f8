import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { logout } from "../api/generated";
import { isSignedOut } from "../api/problems";
import { languages, names, useSpeech, type Language } from "../i18n/language";
import mark from "../mark.svg";
import { Button } from "../ui/button";
import { Refusal } from "../ui/notice";
import { meQuery } from "./access";
import { Login } from "./login";

const link =
  "rounded-lg px-3 py-1.5 text-sm text-soft hover:text-ink aria-[current=page]:bg-sunk aria-[current=page]:text-ink";

/** What surrounds every view; asks whoever has to sign in to do so. */
export function Shell() {
  const { t } = useSpeech();
  const who = useQuery(meQuery);
  const content = who.isSuccess ? <Outlet /> : <Before error={who.error} />;
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="absolute -top-20 left-4 z-10 rounded-lg bg-call px-4 py-2 text-on-call focus-visible:top-4"
      >
        {t("app.skip")}
      </a>
      <header className="border-b border-line">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-6">
          <Link to="/" className="flex items-center gap-2.5 font-semibold tracking-tight">
            <img src={mark} alt="" width="28" height="28" />
            Edit Factory
          </Link>
          <nav aria-label={t("app.menu")} className="-ml-1 flex grow gap-0.5">
            <Link to="/" activeOptions={{ exact: true }} className={link}>
              {t("nav.new")}
            </Link>
            <Link to="/projects" className={link}>
              {t("nav.projects")}
            </Link>
            <Link to="/jobs" className={link}>
              {t("nav.jobs")}
            </Link>
          </nav>
          <LanguageChoice />
          {who.data?.kind === "session" && <SignOut />}
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-6xl grow px-4 py-8 outline-none sm:px-6">
        {content}
      </main>
      <footer className="mx-auto flex w-full max-w-6xl gap-4 px-4 py-6 text-xs text-soft sm:px-6">
        <span>Edit Factory</span>
        <a href="/docs" className="underline-offset-2 hover:underline">
          {t("app.api")}
        </a>
      </footer>
    </div>
  );
}

function Before({ error }: { error: unknown }): ReactNode {
  const { t } = useSpeech();
  if (isSignedOut(error)) return <Login />;
  return error === null ? <p className="text-soft">{t("loading")}</p> : <Refusal error={error} />;
}

function LanguageChoice() {
  const { t, language, speak } = useSpeech();
  return (
    <label>
      <span className="sr-only">{t("app.language")}</span>
      <select
        className="rounded-lg border border-transparent bg-paper px-2 py-1.5 text-sm text-soft hover:border-line"
        value={language}
        onChange={(event) => {
          speak(event.target.value as Language);
        }}
      >
        {(Object.keys(languages) as Language[]).map((one) => (
          <option key={one} value={one} lang={one}>
            {names[one]}
          </option>
        ))}
      </select>
    </label>
  );
}

function SignOut() {
  const { t } = useSpeech();
  const known = useQueryClient();
  const out = useMutation({
    mutationFn: () => logout({ throwOnError: true }),
    onSettled: () => known.resetQueries(),
  });
  return (
    <Button
      look="quiet"
      onClick={() => {
        out.mutate();
      }}
    >
      {t("app.signOut")}
    </Button>
  );
}

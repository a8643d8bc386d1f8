import { isSignedOut, ApiProblem } from "../api/problems";
import { useSpeech } from "../i18n/language";
import { Icon } from "./icons";

/** What went wrong, why, and what would work. */
export function Notice({ title, detail, hint }: { title: string; detail?: string | undefined; hint?: string | undefined }) {
  return (
    <div role="alert" className="flex gap-3 rounded-xl bg-bad-wash px-4 py-3 text-sm">
      <Icon name="alert" className="mt-0.5 shrink-0 text-bad" />
      <div className="min-w-0 space-y-0.5 break-words">
        <p className="font-medium text-bad">{title}</p>
        {detail && <p>{detail}</p>}
        {hint && <p className="text-soft">{hint}</p>}
      </div>
    </div>
  );
}

/** An error that a request ended with; nothing while there is none, or while somebody has to sign in first. */
export function Refusal({ error }: { error: unknown }) {
  const { t } = useSpeech();
  if (error === null || error === undefined || isSignedOut(error)) return null;
  if (!(error instanceof ApiProblem)) return <Notice title={t("problem.unknown")} />;
  if (error.status === 0) return <Notice title={t("problem.away")} hint={t("problem.away.hint")} />;
  return <Notice title={error.message || t("problem.unknown")} hint={error.hint} />;
}

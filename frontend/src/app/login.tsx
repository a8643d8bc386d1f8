import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer } from "../api/client";
import { login } from "../api/generated";
import { ApiProblem } from "../api/problems";
import { useSpeech } from "../i18n/language";
import { Button } from "../ui/button";
import { Notice, Refusal } from "../ui/notice";
import { useTitle } from "../ui/title";

/** Asks for the password; what was asked for before is shown as soon as it is right. */
export function Login() {
  const { t } = useSpeech();
  const known = useQueryClient();
  const enter = useMutation({
    mutationFn: (password: string) => answer(login({ body: { password }, throwOnError: true })),
    onSuccess: () => known.resetQueries(),
  });
  useTitle(t("login.title"));
  return (
    <form
      className="card mx-auto mt-[8vh] max-w-sm space-y-5 p-8"
      action={(given) => {
        enter.mutate(String(given.get("password")));
      }}
    >
      <h1 className="text-xl font-semibold tracking-tight">{t("login.title")}</h1>
      <input type="text" name="username" value="admin" autoComplete="username" readOnly hidden />
      <label className="flex flex-col gap-1.5 text-sm">
        <span>{t("login.password")}</span>
        <input className="field" type="password" name="password" autoComplete="current-password" required />
      </label>
      <Wrong error={enter.error} />
      <Button type="submit" look="call" className="w-full" disabled={enter.isPending}>
        {t("login.go")}
      </Button>
      <p className="text-xs text-soft">{t("login.hint")}</p>
    </form>
  );
}

function Wrong({ error }: { error: unknown }) {
  const { t } = useSpeech();
  if (error instanceof ApiProblem && error.code === "wrong_password") return <Notice title={t("login.wrong")} />;
  return <Refusal error={error} />;
}

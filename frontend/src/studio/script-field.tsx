import { useId } from "react";
import { useSpeech } from "../i18n/language";
import { scriptsOf, secondsOf, wordsOf } from "./script";

/** The text that the voice says, with how long that will take. */
export function ScriptField({ script, onChange }: { script: string; onChange: (script: string) => void }) {
  const { t, count } = useSpeech();
  const told = useId();
  const scripts = scriptsOf(script);
  const longest = Math.max(0, ...scripts.map(wordsOf));
  const figures = [
    scripts.length > 1 ? count("script.scripts", scripts.length) : "",
    count("script.words", wordsOf(script)),
    longest > 0 ? t("script.seconds", { seconds: Math.max(1, Math.round(secondsOf(longest))) }) : "",
  ];
  return (
    <section aria-labelledby="script" className="space-y-3">
      <h2 id="script" className="text-lg font-semibold tracking-tight">
        {t("script.title")}
      </h2>
      <div className="card overflow-hidden focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-call">
        <textarea
          className="block field-sizing-content max-h-[60vh] min-h-36 w-full resize-y bg-transparent p-4 outline-none placeholder:text-soft"
          aria-label={t("script.label")}
          aria-describedby={told}
          placeholder={t("script.placeholder")}
          value={script}
          spellCheck
          onChange={(event) => {
            onChange(event.target.value);
          }}
        />
        <p className="border-t border-line px-4 py-2 text-sm text-soft tabular-nums">
          {figures.filter(Boolean).join(" · ")}
        </p>
      </div>
      <p id={told} className="text-sm text-soft">
        {t("script.hint")}
      </p>
    </section>
  );
}

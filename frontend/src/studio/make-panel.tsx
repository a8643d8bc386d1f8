import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useSpeech } from "../i18n/language";
import { Button } from "../ui/button";
import { Refusal } from "../ui/notice";
import { Choice } from "../ui/choice";
import { LONGEST, MOST_CLIPS, SHORTEST, type Draft } from "./draft";
import { presetsQuery } from "./queries";

const QUALITIES = ["draft", "standard", "high"] as const;

/** How the clips are to be, and the button that has them made. `hint` says why it cannot be pressed yet. */
export function MakePanel({
  draft,
  onChange,
  onGo,
  hint,
  isBusy,
  error,
  voice,
}: {
  draft: Draft;
  onChange: (changes: Partial<Draft>) => void;
  onGo: () => void;
  hint: string;
  isBusy: boolean;
  error: unknown;
  voice: ReactNode;
}) {
  const { t, count } = useSpeech();
  return (
    <section aria-labelledby="make" className="card space-y-5 p-5">
      <h2 id="make" className="text-lg font-semibold tracking-tight">
        {t("make.title")}
      </h2>
      <Stepper value={draft.count} onChange={onChange} />
      {voice}
      <BuiltIn draft={draft} onChange={onChange} />
      <div className="space-y-2">
        <Button
          look="call"
          className="w-full py-2.5 text-base"
          disabled={isBusy || hint !== ""}
          aria-describedby={hint ? "why-not" : undefined}
          onClick={onGo}
        >
          {count("make.go", draft.count)}
        </Button>
        {hint && (
          <p id="why-not" className="text-center text-sm text-soft">
            {hint}
          </p>
        )}
        <Refusal error={error} />
      </div>
    </section>
  );
}

function Stepper({ value, onChange }: { value: number; onChange: (changes: Partial<Draft>) => void }) {
  const { t } = useSpeech();
  const step = (by: number) => {
    onChange({ count: Math.min(MOST_CLIPS, Math.max(1, value + by)) });
  };
  return (
    <div role="group" aria-label={t("make.count")} className="flex items-center justify-between gap-3">
      <span className="text-sm font-medium">{t("make.count")}</span>
      <div className="flex items-center gap-2">
        <Round label={t("make.fewer")} disabled={value <= 1} sign="−" onClick={() => { step(-1); }} />
        <output aria-live="polite" className="w-8 text-center text-lg font-semibold tabular-nums">
          {value}
        </output>
        <Round label={t("make.moreClips")} disabled={value >= MOST_CLIPS} sign="+" onClick={() => { step(1); }} />
      </div>
    </div>
  );
}

function Round(props: { label: string; sign: string; disabled: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
      className="size-9 rounded-full border border-line text-lg leading-none hover:not-disabled:border-soft disabled:opacity-40"
    >
      {props.sign}
    </button>
  );
}

/** Choices among what is built in: the place of publication in sight, the rest one click away. */
function BuiltIn({ draft, onChange }: { draft: Draft; onChange: (changes: Partial<Draft>) => void }) {
  const { t } = useSpeech();
  const found = useQuery(presetsQuery);
  const places = found.data?.presets ?? [];
  const styles = found.data?.caption_styles ?? [];
  return (
    <>
      <Refusal error={found.error} />
      <Choice label={t("make.preset")}>
        {(tied) => (
        <select {...tied} className="field" value={draft.preset} onChange={(event) => { onChange({ preset: event.target.value }); }}>
          {places.map((place) => (
            <option key={place.name} value={place.name}>
              {place.title} · {place.width} × {place.height}
            </option>
          ))}
        </select>
        )}
      </Choice>
      <details className="group">
        <summary className="text-sm text-soft hover:text-ink">{t("make.more")}</summary>
        <div className="mt-4 space-y-5">
          <Choice label={t("make.duration")} hint={t("make.durationHint")}>
            {(tied) => (
            <input
              {...tied}
              className="field"
              type="number"
              min={SHORTEST}
              max={LONGEST}
              value={draft.duration}
              onChange={(event) => {
                const seconds = event.target.valueAsNumber;
                if (seconds >= SHORTEST && seconds <= LONGEST) onChange({ duration: seconds });
              }}
            />
            )}
          </Choice>
          <Choice label={t("make.captions")}>
            {(tied) => (
            <select {...tied} className="field" value={draft.captions} onChange={(event) => { onChange({ captions: event.target.value }); }}>
              {styles.map((style) => (
                <option key={style.name} value={style.name}>
                  {style.title}
                </option>
              ))}
              <option value="off">{t("make.captions.off")}</option>
            </select>
            )}
          </Choice>
          <Choice label={t("make.quality")}>
            {(tied) => (
            <select
              {...tied}
              className="field"
              value={draft.quality}
              onChange={(event) => {
                onChange({ quality: QUALITIES.find((one) => one === event.target.value) ?? "standard" });
              }}
            >
              {QUALITIES.map((one) => (
                <option key={one} value={one}>
                  {t(`make.quality.${one}`)}
                </option>
              ))}
            </select>
            )}
          </Choice>
        </div>
      </details>
    </>
  );
}

import { queryOptions } from "@tanstack/react-query";
import { answer, LIBRARY } from "../api/client";
import { listVoices, type VoiceShown } from "../api/generated";
import { problemFrom } from "../api/problems";
import type { Speech } from "../i18n/language";

export const voicesQuery = queryOptions({
  queryKey: ["voices"],
  queryFn: async () => (await answer(listVoices({ throwOnError: true }))).voices,
  staleTime: Infinity,
});

export interface VoiceGroup {
  language: string;
  title: string;
  voices: VoiceShown[];
}

const MAKERS: Record<string, string> = { edge: "Edge", elevenlabs: "ElevenLabs", espeak: "eSpeak", piper: "Piper" };
const FIRST = ["en", "ro"];

const family = (language: string) => language.split(/[-_]/)[0] ?? language;

/** Voices by language: the page's own first, then English and Romanian, then by name; natural ones before robots. */
export function voiceGroups(voices: readonly VoiceShown[], page: string): VoiceGroup[] {
  const names = new Intl.DisplayNames(page, { type: "language" });
  const groups = new Map<string, VoiceShown[]>();
  for (const voice of voices) {
    const language = family(voice.language);
    groups.set(language, [...(groups.get(language) ?? []), voice]);
  }
  const rank = (language: string) => [page, ...FIRST, language].indexOf(language);
  return [...groups]
    .map(([language, its]) => ({
      language,
      title: nameOf(language, names),
      voices: its.toSorted((one, other) => Number(isRobot(one)) - Number(isRobot(other))),
    }))
    .sort((a, b) => rank(a.language) - rank(b.language) || a.title.localeCompare(b.title, page));
}

/** What a language is called; synthesisers have some under names that are no language's. */
function nameOf(language: string, names: Intl.DisplayNames): string {
  try {
    return names.of(language) ?? language;
  } catch {
    return language;
  }
}

function isRobot(voice: VoiceShown): boolean {
  return voice.quality === "robotic";
}

/** A voice's name without what its group says already: ro-RO-AlinaNeural is Alina. */
export function shortName(name: string): string {
  const bare = name.replace(/^[a-z]{2,3}[-_][A-Z]{2}[-_]/, "").replace(/(Multilingual)?Neural$|-(x_)?(low|medium|high)$/, "");
  return bare === "" ? name : bare.charAt(0).toUpperCase() + bare.slice(1);
}

/** One line on a voice: its name, who makes it, and what to know before choosing it. */
export function voiceLine(voice: VoiceShown, { t, language }: Speech): string {
  const price = voice.microdollars_per_1000_characters;
  const told = [
    MAKERS[voice.provider] ?? voice.provider,
    isRobot(voice) ? t("make.voice.robot") : "",
    voice.offline ? "" : t("make.voice.online"),
    price ? t("make.voice.price", { price: dollars(price, language) }) : "",
  ];
  return `${shortName(voice.name)} · ${told.filter(Boolean).join(", ")}`;
}

function dollars(micro: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "currency", currency: "USD", maximumFractionDigits: 3 }).format(
    micro / 1_000_000,
  );
}

const TRIES = 6;

/** The sample of a voice as sound; waits while it is spoken. `pay`: also one that costs money, which is paid once. */
export async function sampleOf(voice: string, pay: boolean): Promise<Blob> {
  const place = `${LIBRARY}/voices/${encodeURIComponent(voice)}/sample?wait=20${pay ? "&pay=true" : ""}`;
  for (let count = 0; count < TRIES; count++) {
    const found = await fetch(place).catch(() => null);
    if (found === null) throw problemFrom(null, 0);
    if (found.status === 200) return found.blob();
    if (found.status !== 202) throw problemFrom(await found.text(), found.status);
  }
  throw problemFrom(null, 504);
}

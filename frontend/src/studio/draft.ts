import { useCallback, useState } from "react";
import type { ClipOptions } from "../api/generated";

/** What a person is about to ask for: the text as it is typed, and the choices that the page offers. */
export interface Draft {
  script: string;
  voice: string | null;
  preset: string;
  captions: string;
  quality: "draft" | "standard" | "high";
  count: number;
  duration: number;
}

export const MOST_CLIPS = 20;
export const SHORTEST = 1;
export const LONGEST = 600;

/** What is chosen where a project says nothing. */
const USUAL: Draft = {
  script: "",
  voice: null,
  preset: "tiktok",
  captions: "bold",
  quality: "standard",
  count: 3,
  duration: 20,
};

const placeOf = (projectId: string) => `edit-factory.draft.${projectId}`;

/** The draft of a project: what was typed here before, over what the project says, over what is usual. */
export function draftOf(options: ClipOptions | undefined, duration: number, kept: string | null): Draft {
  const said = options ?? {};
  const fromProject: Draft = {
    script: USUAL.script,
    voice: said.voice ?? USUAL.voice,
    preset: said.preset ?? USUAL.preset,
    captions: said.captions ?? USUAL.captions,
    quality: said.quality ?? USUAL.quality,
    count: said.count ?? USUAL.count,
    duration: said.duration ?? duration,
  };
  return { ...fromProject, ...readable(kept, fromProject) };
}

/** What was kept, as far as it is still of the kind that it should be. */
function readable(kept: string | null, like: Draft): Partial<Draft> {
  try {
    const found: unknown = JSON.parse(kept ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    const fits = ([name, value]: [string, unknown]) =>
      name === "voice"
        ? value === null || typeof value === "string"
        : Object.hasOwn(like, name) && typeof value === typeof like[name as keyof Draft];
    return Object.fromEntries(Object.entries(found).filter(fits)) as Partial<Draft>;
  } catch {
    return {};
  }
}

/** The options that a draft asks for, over those of the project that the page does not show. */
export function optionsOf(draft: Draft, options: ClipOptions | undefined): ClipOptions {
  const { voice, preset, captions, quality, count, duration } = draft;
  return { ...options, voice, preset, captions, quality, count, duration };
}

/** The draft of a project; every change is kept in this browser at once. */
export function useDraft(projectId: string, options: ClipOptions | undefined, duration: number) {
  const place = placeOf(projectId);
  const [draft, setDraft] = useState(() => draftOf(options, duration, localStorage.getItem(place)));
  const change = useCallback(
    (changes: Partial<Draft>) => {
      setDraft((before) => {
        const now = { ...before, ...changes };
        localStorage.setItem(place, JSON.stringify(now));
        return now;
      });
    },
    [place],
  );
  return [draft, change] as const;
}

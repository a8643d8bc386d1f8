import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import { en } from "./en";
import { ro } from "./ro";

/** Text for 1, for 2 to 19 (only some languages tell these apart), and for everything else. */
export interface Counted {
  one: string;
  few: string;
  other: string;
}
export type Words = { [key in keyof typeof en]: (typeof en)[key] extends string ? string : Counted };
type Plain = { [key in keyof Words]: Words[key] extends string ? key : never }[keyof Words];
type Countable = Exclude<keyof Words, Plain>;

export const languages = { en, ro } satisfies Record<string, Words>;
export type Language = keyof typeof languages;
export const names: Record<Language, string> = { en: "English", ro: "Română" };

const KEPT = "edit-factory.language";

export interface Speech {
  language: Language;
  /** The text of that key, with {name} replaced by what is given for it. */
  t: (key: Plain, given?: Record<string, string | number>) => string;
  /** The text for so many; {n} is the number as it is written there. */
  count: (key: Countable, n: number) => string;
  speak: (language: Language) => void;
}

/** The language that was chosen here before, else the browser's first that we have, else English. */
export function firstLanguage(kept: string | null, wanted: readonly string[]): Language {
  const known = (name: string): name is Language => Object.hasOwn(languages, name);
  if (kept !== null && known(kept)) return kept;
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(known) ?? "en";
}

function filled(text: string, given: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(given[name] ?? whole));
}

export function speechIn(language: Language, speak: (language: Language) => void): Speech {
  const words: Words = languages[language];
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return {
    language,
    speak,
    t: (key, given = {}) => filled(words[key], given),
    count: (key, n) => {
      const rule = rules.select(n);
      return filled(words[key][rule === "one" || rule === "few" ? rule : "other"], { n: numbers.format(n) });
    },
  };
}

const Spoken = createContext<Speech | null>(null);

export function SpeechProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => firstLanguage(localStorage.getItem(KEPT), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speech = useMemo(
    () =>
      speechIn(language, (chosen) => {
        localStorage.setItem(KEPT, chosen);
        setLanguage(chosen);
      }),
    [language],
  );
  return <Spoken value={speech}>{children}</Spoken>;
}

export function useSpeech(): Speech {
  const speech = use(Spoken);
  if (speech === null) throw new Error("useSpeech is used outside of SpeechProvider");
  return speech;
}

import { describe, expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { firstLanguage, languages, speechIn, type Language } from "../src/i18n/language";
import { ro } from "../src/i18n/ro";

const texts = (word: string | object) => (typeof word === "string" ? [word] : (Object.values(word) as string[]));
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe("dictionaries", () => {
  it("have the same keys in the same order", () => {
    expect(Object.keys(ro)).toEqual(Object.keys(en));
  });

  it.each(Object.keys(en) as (keyof typeof en)[])("have text for %s, with the same places in it", (key) => {
    for (const words of Object.values(languages)) {
      expect(typeof words[key]).toBe(typeof en[key]);
      for (const text of texts(words[key])) {
        expect(text.trim()).toBe(text);
        expect(text).not.toBe("");
        expect(places(text)).toEqual(places(texts(en[key])[0] ?? ""));
      }
    }
  });

  it("write Romanian with a comma below, never a cedilla", () => {
    const all = Object.values(ro).flatMap(texts).join("");
    expect(all).not.toMatch(/[şţŞŢ]/);
    expect(all).toMatch(/ș/);
    expect(all).toMatch(/ț/);
    expect(all.normalize("NFC")).toBe(all);
  });
});

describe("the first language", () => {
  it.each<[string | null, string[], Language]>([
    [null, ["ro-RO", "en"], "ro"],
    [null, ["fr", "ro"], "ro"],
    [null, ["fr-FR"], "en"],
    [null, [], "en"],
    ["en", ["ro"], "en"],
    ["ro", ["en-GB"], "ro"],
    ["toString", ["ro"], "ro"],
  ])("is, when %s was kept and the browser wants %s, %s", (kept, wanted, expected) => {
    expect(firstLanguage(kept, wanted)).toBe(expected);
  });
});

describe("numbers of things", () => {
  it.each([
    [1, "1 clip"],
    [2, "2 clipuri"],
    [19, "19 clipuri"],
    [20, "20 de clipuri"],
    [101, "101 clipuri"],
    [1000, "1.000 de clipuri"],
  ])("are said in Romanian as it counts: %i", (n, expected) => {
    expect(speechIn("ro", () => undefined).count("clips.count", n)).toBe(expected);
  });

  it("are said in English", () => {
    const { count, t } = speechIn("en", () => undefined);
    expect([count("clips.count", 1), count("clips.count", 1200)]).toEqual(["1 clip", "1,200 clips"]);
    expect(t("footage.sending", { done: "1 MB", size: "2 MB" })).toBe("1 MB of 2 MB");
  });
});

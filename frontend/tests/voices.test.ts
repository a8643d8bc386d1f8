import { describe, expect, it } from "vitest";
import type { VoiceShown } from "../src/api/generated";
import { speechIn } from "../src/i18n/language";
import { shortName, voiceGroups, voiceLine } from "../src/studio/voices";

const voice = (id: string, language: string, more: Partial<VoiceShown> = {}): VoiceShown => ({
  id,
  provider: id.split(":")[0] ?? "",
  name: id.split(":")[1] ?? "",
  language,
  quality: "neural",
  offline: true,
  gender: "",
  microdollars_per_1000_characters: 0,
  ...more,
});

const voices = [
  voice("piper:en_US-joe-medium", "en"),
  voice("espeak:ro", "ro", { quality: "robotic", name: "Romanian" }),
  voice("edge:ro-RO-AlinaNeural", "ro-RO", { offline: false }),
  voice("espeak:de", "de", { quality: "robotic", name: "German" }),
  voice("espeak:fr", "fr", { quality: "robotic", name: "French" }),
];

describe("voices", () => {
  it("are listed by language, the page's first, natural ones before robots", () => {
    const groups = voiceGroups(voices, "ro");
    expect(groups.map((group) => group.title)).toEqual(["română", "engleză", "franceză", "germană"]);
    expect(groups[0]?.voices.map((one) => one.id)).toEqual(["edge:ro-RO-AlinaNeural", "espeak:ro"]);
    expect(voiceGroups(voices, "en").map((group) => group.language)).toEqual(["en", "ro", "fr", "de"]);
  });

  it("of what is no language are listed under its name", () => {
    expect(voiceGroups([voice("espeak:custom_1", "custom1!")], "en")[0]?.title).toBe("custom1!");
  });

  it.each([
    ["ro-RO-AlinaNeural", "Alina"],
    ["en-US-AvaMultilingualNeural", "Ava"],
    ["en_US-joe-medium", "Joe"],
    ["Romanian", "Romanian"],
    ["ro-RO-Neural", "ro-RO-Neural"],
  ])("%s is called %s", (name, expected) => {
    expect(shortName(name)).toBe(expected);
  });

  it("tell what to know before they are chosen", () => {
    const en = speechIn("en", () => undefined);
    expect(voices.slice(0, 3).map((one) => voiceLine(one, en))).toEqual([
      "Joe · Piper",
      "Romanian · eSpeak, robotic",
      "Alina · Edge, over the network",
    ]);
    const paid = voice("elevenlabs:Rachel", "en", { offline: false, microdollars_per_1000_characters: 180_000 });
    expect(voiceLine(paid, en)).toBe("Rachel · ElevenLabs, over the network, $0.18 per 1,000 letters");
  });
});

import { describe, expect, it } from "vitest";
import { scriptsOf, secondsOf, wordsOf } from "../src/studio/script";

describe("a script", () => {
  it.each([
    ["", 0],
    ["  \n ", 0],
    ["One, two – three.", 3],
    ["Cești și căni: 20 de lei!", 6],
    ["it's six-hour hot", 3],
    ["— … !", 0],
  ])("%j has so many words: %i", (text, expected) => {
    expect(wordsOf(text)).toBe(expected);
  });

  it("takes longer the more it says, and shorter the quicker it is said", () => {
    expect(secondsOf(26)).toBeCloseTo(10);
    expect(secondsOf(26, 2)).toBeCloseTo(5);
  });

  it.each([
    ["", []],
    ["One.", ["One."]],
    ["One.\n---\nTwo.\n", ["One.", "Two."]],
    ["One.\r\n ----- \r\nTwo.", ["One.", "Two."]],
    ["One --- still one.", ["One --- still one."]],
    ["---\nTwo.\n---\n\n---", ["Two."]],
  ])("%j is so many scripts", (text, expected) => {
    expect(scriptsOf(text)).toEqual(expected);
  });
});

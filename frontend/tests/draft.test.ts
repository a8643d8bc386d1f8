// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { draftOf, optionsOf, useDraft } from "../src/studio/draft";

describe("a draft", () => {
  it("is what is usual where nobody says anything", () => {
    expect(draftOf(undefined, 20, null)).toEqual({
      script: "",
      voice: null,
      preset: "tiktok",
      captions: "bold",
      quality: "standard",
      count: 3,
      duration: 20,
    });
  });

  it("is what was typed here, over what the project says", () => {
    const draft = draftOf({ count: 5, preset: "square", voice: "espeak:ro" }, 15, '{"count":7,"voice":null}');
    expect(draft).toMatchObject({ count: 7, preset: "square", voice: null, duration: 15 });
  });

  it.each(["", "nonsense", "[]", "null", "7", '{"count":"7","script":8,"preset":null,"__proto__":{"a":1},"more":1}'])(
    "does not take over what is not one: %j",
    (kept) => {
      expect(draftOf(undefined, 20, kept)).toEqual(draftOf(undefined, 20, null));
    },
  );

  it("says nothing of what the page does not show", () => {
    const options = optionsOf(draftOf(undefined, 20, null), { pauses: 0.5, framing: "blur", count: 9 });
    expect(options).toMatchObject({ pauses: 0.5, framing: "blur", count: 3 });
    expect(options).not.toHaveProperty("script");
  });

  it("is there again when the page is loaded anew, for its own project only", () => {
    const first = renderHook(() => useDraft("one", undefined, 20));
    act(() => {
      first.result.current[1]({ script: "Ceașcă" });
      first.result.current[1]({ count: 4 });
    });
    expect(first.result.current[0]).toMatchObject({ script: "Ceașcă", count: 4 });
    first.unmount();
    expect(renderHook(() => useDraft("one", undefined, 20)).result.current[0]).toMatchObject({ script: "Ceașcă" });
    expect(renderHook(() => useDraft("two", undefined, 20)).result.current[0].script).toBe("");
  });
});

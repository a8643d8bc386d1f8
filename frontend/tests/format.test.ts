import { describe, expect, it } from "vitest";
import { bytes, clock, percent, timeLeft, when } from "../src/i18n/format";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("format", () => {
  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1_500, "2 kB"],
    [48_211_004, "48.2 MB"],
    [3_000_000_000_000, "3 TB"],
    [9e15, "9,000 TB"],
  ])("writes %i bytes as %s", (size, expected) => {
    expect(plain(bytes(size, "en"))).toBe(expected);
  });

  it.each([
    [0, "0:00"],
    [7.4, "0:07"],
    [61, "1:01"],
    [3723, "1:02:03"],
    [-1, "0:00"],
  ])("shows %d seconds as %s", (seconds, expected) => {
    expect(clock(seconds)).toBe(expected);
  });

  it.each([
    [0, "1 sec"],
    [7.2, "8 sec"],
    [41, "45 sec"],
    [88, "90 sec"],
    [100, "2 min"],
    [7200, "2 hr"],
  ])("tells that %d seconds are left as %s", (seconds, expected) => {
    expect(plain(timeLeft(seconds, "en"))).toBe(expected);
  });

  it("tells when something was", () => {
    const now = new Date("2026-03-10T12:00:00Z");
    expect(when("2026-03-10T11:59:58Z", "en", now)).toBe("2 seconds ago");
    expect(when("2026-03-10T11:18:00Z", "ro", now)).toBe("acum 42 de minute");
    expect(when("2026-03-09T11:00:00Z", "en", now)).toBe("yesterday");
    expect(when("2026-02-01T11:00:00Z", "en", now)).toBe("Feb 1, 2026");
  });

  it("writes shares as they are written there", () => {
    expect(plain(percent(42.4, "en"))).toBe("42%");
    expect(plain(percent(42.4, "ro"))).toBe("42 %");
  });
});

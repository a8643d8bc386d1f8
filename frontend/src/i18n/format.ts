import type { Language } from "./language";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** A size in bytes as people write it, in steps of 1000: 1.5 MB. */
export function bytes(size: number, language: Language): string {
  const step = Math.min(UNITS.length - 1, size < 1 ? 0 : Math.floor(Math.log10(size) / 3));
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[step] ?? "byte",
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step < 2 ? 0 : 1,
  }).format(size / 1000 ** step);
}

/** Seconds as a clock shows them: 0:07, 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** Seconds that something still takes, no more exact than such a figure is: 40 s, 3 min, 2 h. */
export function timeLeft(seconds: number, language: Language): string {
  const written = (value: number, unit: string) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);
  if (seconds < 10) return written(Math.max(1, Math.ceil(seconds)), "second");
  if (seconds < 90) return written(Math.ceil(seconds / 5) * 5, "second");
  if (seconds < 5400) return written(Math.round(seconds / 60), "minute");
  return written(Math.round(seconds / 3600), "hour");
}

/** When something was: 5 minutes ago, yesterday; the date when that is longer ago than a week. */
export function when(moment: string, language: Language, now: Date = new Date()): string {
  const then = new Date(moment);
  const seconds = (then.getTime() - now.getTime()) / 1000;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const steps: [number, Intl.RelativeTimeFormatUnit, number][] = [
    [60, "second", 1],
    [3600, "minute", 60],
    [86_400, "hour", 3600],
    [7 * 86_400, "day", 86_400],
  ];
  for (const [below, unit, size] of steps) {
    if (Math.abs(seconds) < below) return relative.format(Math.trunc(seconds / size), unit);
  }
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(then);
}

export function percent(share: number, language: Language): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share / 100);
}

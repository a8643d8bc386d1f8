import { describe, expect, it } from "vitest";
import type { Job } from "../src/api/generated";
import { speechIn } from "../src/i18n/language";
import { withNews } from "../src/jobs/follow";
import { kindOf, stateOf, stepOf } from "../src/jobs/told";

const job: Job = {
  job_id: "j",
  job_type: "generate",
  title: "make 3 clips",
  status: "processing",
  progress: "render",
  percentage: 40,
  estimated_remaining: 41,
  error: null,
  version: 7,
  created_at: "2026-03-10T12:00:00Z",
  updated_at: "2026-03-10T12:00:00Z",
  queue_position: null,
  result: null,
};
const news = (number: number, data: Record<string, unknown>) => ({
  job_id: "j",
  number,
  kind: "progress",
  data,
  created_at: "2026-03-10T12:00:01Z",
});

describe("news of a job", () => {
  it("change what they tell of", () => {
    expect(withNews(job, news(9, { percentage: 50 }))).toEqual({ ...job, percentage: 50, version: 9 });
  });

  it("that are older than what is known change nothing", () => {
    expect(withNews(job, news(7, { percentage: 10 }))).toBe(job);
  });
});

describe("a job", () => {
  const en = speechIn("en", () => undefined);
  const ro = speechIn("ro", () => undefined);
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

  it.each<[Partial<Job>, string, string]>([
    [{}, "Rendering · 45 sec left", "Se randează · încă 45 s"],
    [{ estimated_remaining: null }, "Rendering", "Se randează"],
    [{ progress: null, estimated_remaining: null }, "Working", "În lucru"],
    [{ progress: "sorting", estimated_remaining: null }, "sorting", "sorting"],
    [{ status: "pending" }, "Waiting", "Așteaptă"],
    [{ status: "pending", queue_position: 2 }, "Waiting: 2 come before it", "Așteaptă: înainte mai sunt 2"],
    [{ status: "completed" }, "Done", "Gata"],
    [{ status: "failed" }, "Failed", "Eșuată"],
  ])("%j is told in both languages", (changes, english, romanian) => {
    expect(plain(stateOf({ ...job, ...changes }, en))).toBe(english);
    expect(plain(stateOf({ ...job, ...changes }, ro))).toBe(romanian);
  });

  it("of a kind that the page does not know is work", () => {
    expect(kindOf(job, en)).toBe("Make clips");
    expect(kindOf({ job_type: "tts" }, ro)).toBe("Rostirea unui text");
    expect(kindOf({ job_type: "video_processing" }, en)).toBe("Work");
    expect(kindOf({ job_type: "toString" }, en)).toBe("Work");
    expect(stepOf("toString", en)).toBe("toString");
  });
});

import type { JobSummary } from "../api/generated";
import { timeLeft } from "../i18n/format";
import type { Speech } from "../i18n/language";

const KINDS = {
  alternatives: "kind.alternatives",
  analyze: "kind.analyze",
  analyze_sent: "kind.analyze",
  cleanup: "kind.cleanup",
  export: "kind.export",
  generate: "kind.generate",
  hear_sent: "kind.hear",
  import_files: "kind.import",
  make: "kind.generate",
  mute_sent: "kind.mute",
  mute_voice: "kind.mute",
  prepare: "kind.prepare",
  receive: "kind.receive",
  render: "kind.render",
  revoice: "kind.revoice",
  speak: "kind.speak",
  tts: "kind.speak",
} as const;

const STEPS = ["footage", "probe", "analyze", "speak", "choose", "render", "clips"] as const;

function isOf<T extends string>(known: readonly T[], name: string): name is T {
  return (known as readonly string[]).includes(name);
}

/** What kind of work a job is. */
export function kindOf(job: Pick<JobSummary, "job_type">, { t }: Speech): string {
  const { job_type: kind } = job;
  return t(Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS] : "kind.other");
}

/** The step that runs, in the page's language where it has words for it. */
export function stepOf(progress: string | null, { t }: Speech): string {
  if (progress === null) return "";
  return isOf(STEPS, progress) ? t(`step.${progress}`) : progress;
}

/** One line on where a job is: its step and the time left, its place in the queue, or how it ended. */
export function stateOf(job: JobSummary & { queue_position?: number | null }, speech: Speech): string {
  const { t, count, language } = speech;
  if (job.status === "pending") {
    return job.queue_position ? count("job.place", job.queue_position) : t("job.waiting");
  }
  if (job.status !== "processing") return t(`job.${job.status}`);
  const step = stepOf(job.progress, speech) || t("job.processing");
  if (job.estimated_remaining === null) return step;
  return `${step} · ${t("job.left", { time: timeLeft(job.estimated_remaining, language) })}`;
}

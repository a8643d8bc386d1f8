import type { JobSummary } from "../api/generated";
import { timeLeft } from "../i18n/format";
import type { Speech } from "../i18n/language";

const KINDS = [
  "generate", "make", "analyze", "render", "speak", "mute_voice", "receive", "prepare", "export", "cleanup",
] as const; // prettier-ignore
const STEPS = ["probe", "analyze", "speak", "choose", "render"] as const;

function isOf<T extends string>(known: readonly T[], name: string): name is T {
  return (known as readonly string[]).includes(name);
}

/** What kind of work a job is. */
export function kindOf(job: Pick<JobSummary, "job_type">, { t }: Speech): string {
  return t(isOf(KINDS, job.job_type) ? `kind.${job.job_type}` : "kind.other");
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

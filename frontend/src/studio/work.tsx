import type { Job } from "../api/generated";
import { percent, timeLeft } from "../i18n/format";
import { useSpeech } from "../i18n/language";
import { JobActions } from "../jobs/actions";
import { useJob } from "../jobs/follow";
import { hasEnded } from "../jobs/queries";
import { kindOf, stateOf } from "../jobs/told";
import { Notice, Refusal } from "../ui/notice";
import { Progress } from "../ui/progress";

/** The work on a project's clips as it goes on; nothing when it is done, and what went wrong when it failed. */
export function Work({ jobId, onEnd }: { jobId: string; onEnd: (job: Job) => void }) {
  const found = useJob(jobId, onEnd);
  const speech = useSpeech();
  const { t, language } = speech;
  const job = found.data;
  if (job === undefined) return <Refusal error={found.error} />;
  if (job.status === "completed") return null;
  const title = kindOf(job, speech);
  const shown = job.percentage ?? 0;
  return (
    <section aria-label={t("job.progress", { title })} className="card space-y-3 p-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <p role="status" className="font-medium">
            {stateOf({ ...job, estimated_remaining: null }, speech)}
          </p>
          {!hasEnded(job) && (
            <p className="text-sm text-soft tabular-nums">
              {percent(shown, language)}
              <TimeLeft job={job} />
            </p>
          )}
        </div>
        <JobActions job={job} title={title} />
      </div>
      {!hasEnded(job) && <Progress label={t("job.progress", { title })} value={shown} />}
      {job.error && <Notice title={job.error.message} hint={job.error.hint} />}
    </section>
  );
}

function TimeLeft({ job }: { job: Job }) {
  const { t, language } = useSpeech();
  if (job.status !== "processing" || job.estimated_remaining === null) return null;
  return <> · {t("job.left", { time: timeLeft(job.estimated_remaining, language) })}</>;
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { JobSummary } from "../api/generated";
import { when } from "../i18n/format";
import { useSpeech } from "../i18n/language";
import { useTitle } from "../ui/title";
import { Button } from "../ui/button";
import { Refusal } from "../ui/notice";
import { Progress } from "../ui/progress";
import { JobActions } from "./actions";
import { hasEnded, jobsQuery, type JobStatus } from "./queries";
import { kindOf, stateOf } from "./told";

const STATUSES: readonly JobStatus[] = ["pending", "processing", "completed", "failed", "cancelled"];

/** Everything that was asked for, newest first. */
export function JobsPage() {
  const speech = useSpeech();
  const { t } = speech;
  const [status, setStatus] = useState<JobStatus>();
  const found = useInfiniteQuery(jobsQuery(status));
  const jobs = found.data?.pages.flatMap((page) => page.jobs) ?? [];
  useTitle(t("jobs.title"));
  return (
    <>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-2xl font-semibold tracking-tight">{t("jobs.title")}</h1>
        <label className="flex items-center gap-2 text-sm text-soft">
          {t("jobs.filter")}
          <select
            className="field w-auto"
            value={status ?? ""}
            onChange={(event) => {
              setStatus(STATUSES.find((one) => one === event.target.value));
            }}
          >
            <option value="">{t("jobs.all")}</option>
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {t(`job.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Refusal error={found.error} />
      {found.isPending && <p className="text-soft">{t("loading")}</p>}
      {found.isSuccess && jobs.length === 0 && (
        <p className="card px-6 py-12 text-center text-soft">{status ? t("jobs.noneOf") : t("jobs.none")}</p>
      )}
      <ul className="space-y-3">
        {jobs.map((job) => (
          <JobRow key={job.job_id} job={job} />
        ))}
      </ul>
      {found.hasNextPage && (
        <div className="mt-6 text-center">
          <Button disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}

function JobRow({ job }: { job: JobSummary }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const title = job.title || kindOf(job, speech);
  return (
    <li className="card flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3">
      <div className="min-w-0 grow basis-64">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{kindOf(job, speech)}</span>
          <span className="min-w-0 truncate text-sm text-soft">{job.title}</span>
        </p>
        <p className="text-sm text-soft">
          <span className={job.status === "failed" ? "text-bad" : job.status === "completed" ? "text-good" : ""}>
            {stateOf(job, speech)}
          </span>
          {" · "}
          <time dateTime={job.created_at}>{when(job.created_at, language)}</time>
        </p>
        {job.error && <p className="mt-1 text-sm break-words">{job.error.message}</p>}
        {!hasEnded(job) && (
          <div className="mt-2">
            <Progress label={t("job.progress", { title })} value={job.status === "pending" ? 0 : job.percentage} />
          </div>
        )}
      </div>
      <JobActions job={job} title={title} removable />
    </li>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer } from "../api/client";
import { cancelJob, deleteJob, retryJob, type JobSummary } from "../api/generated";
import { useSpeech } from "../i18n/language";
import { Button } from "../ui/button";
import { Refusal } from "../ui/notice";
import { hasEnded, jobKey } from "./queries";

/** What can be done with a job: cancelled while it goes on, done again and taken off the list when it has ended. */
export function JobActions({ job, title, removable = false }: { job: JobSummary; title: string; removable?: boolean }) {
  const { t } = useSpeech();
  const known = useQueryClient();
  const path = { job_id: job.job_id };
  const changed = async () => {
    void known.invalidateQueries({ queryKey: ["clips"] }); // what its end has left of them
    await known.invalidateQueries({ queryKey: ["jobs"] });
  };
  const cancel = useMutation({
    mutationFn: () => answer(cancelJob({ path, throwOnError: true })),
    onSuccess: (now) => {
      known.setQueryData(jobKey(job.job_id), now);
      return changed();
    },
  });
  const retry = useMutation({
    mutationFn: () => answer(retryJob({ path, throwOnError: true })),
    onSuccess: (now) => {
      known.setQueryData(jobKey(job.job_id), now);
      return changed();
    },
  });
  const remove = useMutation({ mutationFn: () => deleteJob({ path, throwOnError: true }), onSuccess: changed });
  const ended = hasEnded(job);
  return (
    <div className="flex flex-wrap items-center gap-1">
      {!ended && (
        <Button
          icon="stop"
          disabled={cancel.isPending}
          aria-label={t("job.cancel.of", { title })}
          onClick={() => {
            cancel.mutate();
          }}
        >
          {t("job.cancel")}
        </Button>
      )}
      {ended && job.status !== "completed" && (
        <Button
          icon="retry"
          disabled={retry.isPending}
          aria-label={t("job.retry.of", { title })}
          onClick={() => {
            retry.mutate();
          }}
        >
          {t("job.retry")}
        </Button>
      )}
      {ended && removable && (
        <Button
          look="quiet"
          icon="close"
          compact
          disabled={remove.isPending}
          onClick={() => {
            remove.mutate();
          }}
        >
          {t("job.remove.of", { title })}
        </Button>
      )}
      <Refusal error={cancel.error ?? retry.error ?? remove.error} />
    </div>
  );
}

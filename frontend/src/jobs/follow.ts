import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { LIBRARY } from "../api/client";
import type { FollowJobResponse, Job } from "../api/generated";
import { hasEnded, jobKey, jobQuery } from "./queries";

/** One change of a job, as the stream of events tells it. */
export type JobNews = Exclude<FollowJobResponse, void>;

/** The job with what one of its events says. News that are older than what is known change nothing. */
export function withNews(job: Job, news: JobNews): Job {
  return news.number <= job.version ? job : { ...job, ...(news.data as Partial<Job>), version: news.number };
}

/**
 * A job, followed by server-sent events until it has ended: the browser asks again by itself after the last event that
 * it had when the connection breaks. `onEnd` is called when it ends while it is followed.
 */
export function useJob(id: string, onEnd?: (job: Job) => void): UseQueryResult<Job> {
  const found = useQuery(jobQuery(id));
  const known = useQueryClient();
  const ended = useEffectEvent((job: Job) => onEnd?.(job));
  const isOpen = found.data !== undefined && !hasEnded(found.data);
  useEffect(() => {
    if (!isOpen) return;
    const from = known.getQueryData<Job>(jobKey(id))?.version ?? 0;
    const events = new EventSource(`${LIBRARY}/jobs/${encodeURIComponent(id)}/events?after=${String(from)}`);
    events.onmessage = (message: MessageEvent<string>) => {
      const news = JSON.parse(message.data) as JobNews;
      const before = known.getQueryData<Job>(jobKey(id));
      if (before === undefined) return;
      const job = withNews(before, news);
      known.setQueryData(jobKey(id), job);
      if (!hasEnded(before) && hasEnded(job)) {
        events.close();
        ended(job);
        void known.invalidateQueries({ queryKey: jobKey(id) });
      }
    };
    events.onerror = () => {
      // Refused for good: 204 after its end, or a server that does not know it. Then the job itself is asked for.
      if (events.readyState === EventSource.CLOSED) void known.invalidateQueries({ queryKey: jobKey(id) });
    };
    return () => {
      events.close();
    };
  }, [id, isOpen, known]);
  return found;
}

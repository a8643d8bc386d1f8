import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer } from "../api/client";
import { getJob, listJobs, type Job, type JobSummary } from "../api/generated";

export type JobStatus = JobSummary["status"];

export const ENDS: readonly JobStatus[] = ["completed", "failed", "cancelled"];

export function hasEnded(job: Pick<Job, "status">): boolean {
  return ENDS.includes(job.status);
}

export const jobKey = (id: string) => ["jobs", "one", id] as const;
export const jobsKey = ["jobs", "list"] as const;

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: jobKey(id),
    queryFn: () => answer(getJob({ path: { job_id: id }, throwOnError: true })),
  });

export const jobsQuery = (status: JobStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: [...jobsKey, status ?? "all"],
    queryFn: ({ pageParam }) =>
      answer(listJobs({ query: { status, limit: 25, cursor: pageParam ?? undefined }, throwOnError: true })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // While something runs, the list is looked at again; a job that is open is followed as it happens.
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.jobs.some((job) => !hasEnded(job))) ? 2000 : 15_000,
  });

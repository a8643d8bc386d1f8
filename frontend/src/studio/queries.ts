import { queryOptions } from "@tanstack/react-query";
import { answer } from "../api/client";
import { listExportPresets, listJobs } from "../api/generated";

export const presetsQuery = queryOptions({
  queryKey: ["presets"],
  queryFn: () => answer(listExportPresets({ throwOnError: true })),
  staleTime: Infinity,
});

export const latestKey = (projectId: string) => ["jobs", "latest", projectId] as const;

/** The work on a project's clips that was asked for last; null: none yet. */
export const latestQuery = (projectId: string) =>
  queryOptions({
    queryKey: latestKey(projectId),
    queryFn: async () => {
      const query = { project_id: projectId, job_type: "generate", limit: 1 };
      return (await answer(listJobs({ query, throwOnError: true }))).jobs[0] ?? null;
    },
  });

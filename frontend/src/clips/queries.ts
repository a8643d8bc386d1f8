import { queryOptions } from "@tanstack/react-query";
import { answer } from "../api/client";
import { listProjectClips } from "../api/generated";

export const clipsKey = (projectId: string) => ["clips", projectId] as const;

const MOST = 500;

export const clipsQuery = (projectId: string) =>
  queryOptions({
    queryKey: clipsKey(projectId),
    queryFn: () =>
      answer(listProjectClips({ path: { project_id: projectId }, query: { limit: MOST }, throwOnError: true })),
  });

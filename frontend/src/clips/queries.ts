import { queryOptions } from "@tanstack/react-query";
import { answer } from "../api/client";
import { listProjectClips, type ClipView } from "../api/generated";

export const clipsKey = (projectId: string) => ["clips", projectId] as const;

const MOST = 500;

export const clipsQuery = (projectId: string) =>
  queryOptions({
    queryKey: clipsKey(projectId),
    queryFn: () =>
      answer(listProjectClips({ path: { project_id: projectId }, query: { limit: MOST }, throwOnError: true })),
  });

/** Clips as people read them: those asked for last first, and of one request in the order of their names. */
export function inOrder(clips: readonly ClipView[], language: string): ClipView[] {
  const names = new Intl.Collator(language, { numeric: true });
  const requests = [...new Set(clips.map((clip) => clip.job_id))];
  const rank = (clip: ClipView) => requests.indexOf(clip.job_id);
  return clips.toSorted((one, other) => rank(one) - rank(other) || names.compare(one.name, other.name));
}

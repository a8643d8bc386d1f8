import { queryOptions } from "@tanstack/react-query";
import { answer } from "../api/client";
import { listVideos, type Video } from "../api/generated";

export const footageKey = (projectId: string) => ["footage", projectId] as const;

const MOST = 500;
const LOOK_MS = 2000;

/** Whether a picture of it is still being made. */
export function isToBeShown(video: Pick<Video, "previews" | "previews_to_come">): boolean {
  return video.previews_to_come.includes("thumbnail");
}

/** The footage of a project, looked at again while pictures of it are being made. */
export const footageQuery = (projectId: string) =>
  queryOptions({
    queryKey: footageKey(projectId),
    queryFn: () => answer(listVideos({ query: { project_id: projectId, sort: "oldest", limit: MOST }, throwOnError: true })),
    refetchInterval: (query) => (query.state.data?.videos.some(isToBeShown) ? LOOK_MS : false),
  });

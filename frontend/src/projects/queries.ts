import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer } from "../api/client";
import { getProject, listProjects } from "../api/generated";

export const projectsKey = ["projects", "list"] as const;
export const projectKey = (id: string) => ["projects", "one", id] as const;

export interface ProjectsWanted {
  search?: string;
  archived?: boolean;
  limit?: number;
}

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: projectKey(id),
    queryFn: () => answer(getProject({ path: { project_id: id }, throwOnError: true })),
  });

export const projectsQuery = ({ search = "", archived = false, limit = 24 }: ProjectsWanted) =>
  infiniteQueryOptions({
    queryKey: [...projectsKey, { search, archived, limit }],
    queryFn: ({ pageParam }) =>
      answer(
        listProjects({
          query: { search: search || undefined, archived, limit, sort: "updated", cursor: pageParam ?? undefined },
          throwOnError: true,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

import { queryOptions } from "@tanstack/react-query";
import { answer } from "../api/client";
import { me } from "../api/generated";

/** Who asks, and whether anybody has to sign in here; a 401 says that somebody has to, and has not. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => answer(me({ throwOnError: true })),
  staleTime: Infinity,
  retry: false,
});

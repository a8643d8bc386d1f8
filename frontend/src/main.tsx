import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { setUpClient } from "./api/client";
import { ApiProblem } from "./api/problems";
import { meQuery } from "./app/access";
import { router } from "./app/router";
import { UploadsProvider } from "./footage/provider";
import { SpeechProvider } from "./i18n/language";
import "./styles.css";

setUpClient();

/** A request that was refused is refused again; one that was not answered may be answered the next time. */
function askAgain(failures: number, error: Error): boolean {
  return failures < 3 && !(error instanceof ApiProblem && error.status > 0 && error.status < 500);
}

const queries = new QueryClient({ defaultOptions: { queries: { retry: askAgain, staleTime: 5000 } } });

// A session that ended while the page was open: ask who it is, and the shell shows the form.
queries.getQueryCache().subscribe(({ type, query }) => {
  const error: unknown = query.state.error;
  const ended = type === "updated" && error instanceof ApiProblem && error.status === 401;
  if (ended && query.queryKey[0] !== "me" && queries.getQueryState(meQuery.queryKey)?.status === "success") {
    void queries.resetQueries({ queryKey: meQuery.queryKey });
  }
});

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no place for the page");
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <SpeechProvider>
        <UploadsProvider>
          <RouterProvider router={router} />
        </UploadsProvider>
      </SpeechProvider>
    </QueryClientProvider>
  </StrictMode>,
);

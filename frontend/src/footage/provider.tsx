import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { projectKey } from "../projects/queries";
import { footageKey } from "./queries";
import { Uploads, type Sending } from "./uploads";

const Shared = createContext<Uploads | null>(null);

/** Uploads belong to the page, not to a view: they go on while others are looked at. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const known = useQueryClient();
  const [uploads] = useState(
    () =>
      new Uploads((projectId) => {
        void known.invalidateQueries({ queryKey: footageKey(projectId) });
        void known.invalidateQueries({ queryKey: projectKey(projectId) });
      }),
  );
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (uploads.current().some((one) => one.state === "sending" || one.state === "waiting")) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
    };
  }, [uploads]);
  return <Shared value={uploads}>{children}</Shared>;
}

/** All uploads, and those that go into one project. */
export function useUploads(projectId?: string): { uploads: Uploads; sending: Sending[] } {
  const uploads = use(Shared);
  if (uploads === null) throw new Error("useUploads is used outside of UploadsProvider");
  const all = useSyncExternalStore(uploads.subscribe, uploads.current);
  return { uploads, sending: all.filter((one) => one.projectId === projectId) };
}

import { useEffect } from "react";

/** Say in the browser's tab what is shown. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Edit Factory` : "Edit Factory";
  }, [title]);
}

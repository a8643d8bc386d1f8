import type { SVGProps } from "react";

const paths = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  download: "M12 4v11m0 0l-4.5-4.5M12 15l4.5-4.5M5 20h14",
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4",
  play: "M8 5.5v13l11-6.5z",
  stop: "M7 7h10v10H7z",
  retry: "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v4.2h4.2",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
  up: "M12 20V8m0 0l-5 5m5-5l5 5M5 4h14",
  alert: "M12 8v5m0 3.2v.1M12 3.5l9 16H3z",
  archive: "M4 5h16v4H4zM5.5 9v10h13V9M10 12.5h4",
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside a text: what it means is said by the text. */
export function Icon({ name, ...more }: { name: IconName } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="1.15em"
      height="1.15em"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0"
      {...more}
    >
      <path d={paths[name]} />
    </svg>
  );
}

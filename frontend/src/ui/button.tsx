import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from "react";
import { Icon, type IconName } from "./icons";

type Look = "call" | "plain" | "quiet";

const shared =
  "inline-flex items-center justify-center gap-2 rounded-xl text-sm font-medium transition-colors select-none " +
  "disabled:opacity-50 min-h-9";
const looks: Record<Look, string> = {
  call: "bg-call text-on-call hover:not-disabled:bg-call-strong px-4 py-2",
  plain: "border border-line bg-card hover:not-disabled:border-soft px-3.5 py-1.5",
  quiet: "text-soft hover:not-disabled:text-ink hover:not-disabled:bg-sunk px-2.5 py-1.5",
};

interface Dress {
  look?: Look;
  icon?: IconName;
  /** Only the icon is seen; the text is read out, and shown by the mouse. */
  compact?: boolean;
}

function Inside({ icon, compact, children }: Pick<Dress, "icon" | "compact"> & { children: string }) {
  return (
    <>
      {icon && <Icon name={icon} />}
      <span className={compact ? "sr-only" : undefined}>{children}</span>
    </>
  );
}

export function Button({
  look = "plain",
  icon,
  compact,
  children,
  className = "",
  ...more
}: Dress & ButtonHTMLAttributes<HTMLButtonElement> & { children: string }) {
  return (
    <button type="button" className={`${shared} ${looks[look]} ${className}`} title={compact ? children : undefined} {...more}>
      <Inside icon={icon} compact={compact}>
        {children}
      </Inside>
    </button>
  );
}

/** A link that looks like a button: a download, mostly. */
export function ButtonLink({
  look = "plain",
  icon,
  compact,
  children,
  className = "",
  ...more
}: Dress & AnchorHTMLAttributes<HTMLAnchorElement> & { children: string }) {
  return (
    <a className={`${shared} ${looks[look]} ${className}`} title={compact ? children : undefined} {...more}>
      <Inside icon={icon} compact={compact}>
        {children}
      </Inside>
    </a>
  );
}

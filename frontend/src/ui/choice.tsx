import { useId, type ReactNode } from "react";

/** What ties a control to its label and to what is said about it. */
export interface Tied {
  id: string;
  "aria-describedby": string | undefined;
}

/** A control under its label, and what to know of it. */
export function Choice({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: string;
  children: (tied: Tied) => ReactNode;
}) {
  const id = useId();
  const told = `${id}-told`;
  return (
    <div className="flex flex-col gap-1.5 text-sm">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": hint ? told : undefined })}
      {hint && (
        <p id={told} className="text-xs text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}

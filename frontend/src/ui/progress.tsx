/** How far something is, 0 to 100; null: nobody knows. Which thing, is said by `label`. */
export function Progress({ label, value }: { label: string; value: number | null }) {
  return (
    <progress
      aria-label={label}
      max={100}
      value={value ?? undefined}
      className={
        "block h-2 w-full appearance-none overflow-hidden rounded-full bg-sunk " +
        "[&::-webkit-progress-bar]:bg-sunk [&::-webkit-progress-value]:rounded-full " +
        "[&::-webkit-progress-value]:bg-call [&::-webkit-progress-value]:transition-[width] " +
        "[&::-webkit-progress-value]:duration-500 [&::-moz-progress-bar]:rounded-full [&::-moz-progress-bar]:bg-call"
      }
    />
  );
}

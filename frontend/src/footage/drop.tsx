import { useRef, useState, type ReactNode } from "react";
import { useSpeech } from "../i18n/language";
import { Button } from "../ui/button";
import { Icon } from "../ui/icons";

const TAKEN = "video/*,image/jpeg,image/png,image/webp,image/heic,image/avif,.mkv,.mov,.mts,.heic";

/** A place where files are dropped, or chosen with the keyboard; `large` while it is all there is to do. */
export function DropPlace({
  title,
  large = false,
  onFiles,
  children,
}: {
  title: string;
  large?: boolean;
  onFiles: (files: File[]) => void;
  children?: ReactNode;
}) {
  const { t } = useSpeech();
  const [isOver, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  return (
    // The button inside does the same for whoever has no mouse.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={
        "flex flex-col items-center justify-center gap-2 rounded-2xl border-2 border-dashed text-center transition-colors " +
        (isOver ? "border-call bg-wash " : "border-line bg-card ") +
        (large ? "px-6 py-16" : "px-4 py-6")
      }
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const files = [...event.dataTransfer.files];
        if (files.length > 0) onFiles(files);
      }}
    >
      {large && <Icon name="film" className="mb-1 size-10 text-call" />}
      <p className={large ? "text-lg font-medium" : "font-medium"}>{title}</p>
      <p className="text-sm text-soft">{t("drop.or")}</p>
      <Button
        className="mt-2"
        look={large ? "call" : "plain"}
        icon="up"
        onClick={() => {
          chooser.current?.click();
        }}
      >
        {t("drop.choose")}
      </Button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        accept={TAKEN}
        aria-label={t("drop.choose")}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = ""; // the same file may be chosen again
        }}
      />
      {children}
    </div>
  );
}

import { useEffect, useRef } from "react";
import { Button } from "./button";

/** A question before something is lost. The browser's own dialog holds the focus, and Escape means no. */
export function Question({
  title,
  detail,
  yes,
  no,
  onYes,
  onNo,
}: {
  title: string;
  detail: string;
  yes: string;
  no: string;
  onYes: () => void;
  onNo: () => void;
}) {
  const place = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={place}
      aria-labelledby="question"
      onCancel={(event) => {
        event.preventDefault();
        onNo();
      }}
      className="card m-auto w-[min(26rem,calc(100vw-2rem))] p-6 text-ink backdrop:bg-black/50"
    >
      <h2 id="question" className="text-lg font-semibold">
        {title}
      </h2>
      <p className="mt-2 text-sm text-soft">{detail}</p>
      <div className="mt-6 flex justify-end gap-2">
        <Button onClick={onNo}>{no}</Button>
        <Button look="call" onClick={onYes}>
          {yes}
        </Button>
      </div>
    </dialog>
  );
}

import { useMutation } from "@tanstack/react-query";
import { answer } from "../api/client";
import { createExport, getExport, type ClipView } from "../api/generated";
import { ApiProblem } from "../api/problems";
import { useSpeech } from "../i18n/language";
import { Button } from "../ui/button";
import { Refusal } from "../ui/notice";

const LOOK_MS = 700;

/** Have these clips packed, and return where the ZIP is: films, captions and stills. */
async function packed(clips: readonly ClipView[]): Promise<string> {
  const body = { clip_ids: clips.map((clip) => clip.id), kind: "zip" as const };
  let found = await answer(createExport({ body, throwOnError: true }));
  while (found.status === "pending" || found.status === "processing") {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    found = await answer(getExport({ path: { export_id: found.id }, throwOnError: true }));
  }
  if (found.status === "completed") return found.file;
  const { code = "cancelled", message = "", hint = "" } = found.error ?? {};
  throw new ApiProblem({ status: 422, code, detail: message, hint });
}

/** Let the browser save what is at an address. */
function save(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}

/** All of these clips as one file. */
export function ZipOfAll({ clips }: { clips: readonly ClipView[] }) {
  const { t } = useSpeech();
  const pack = useMutation({ mutationFn: () => packed(clips), onSuccess: save });
  return (
    <div className="space-y-2">
      <Button
        icon="download"
        disabled={pack.isPending}
        onClick={() => {
          pack.mutate();
        }}
      >
        {t(pack.isPending ? "clips.zipping" : "clips.download")}
      </Button>
      <Refusal error={pack.error} />
    </div>
  );
}

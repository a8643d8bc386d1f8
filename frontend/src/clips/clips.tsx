import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LIBRARY, answer } from "../api/client";
import { selectClip, type ClipView } from "../api/generated";
import { useSpeech } from "../i18n/language";
import { Button, ButtonLink } from "../ui/button";
import { Refusal } from "../ui/notice";
import { ZipOfAll } from "./zip";
import { clipsKey, clipsQuery, inOrder } from "./queries";

const LOOK_MS = 2000;

/** The clips of a project: to play, to keep or drop, to download. While it grows it is looked at again and again. */
export function Clips({ projectId, isGrowing }: { projectId: string; isGrowing: boolean }) {
  const { t, language } = useSpeech();
  const found = useQuery({ ...clipsQuery(projectId), refetchInterval: isGrowing ? LOOK_MS : false });
  const clips = inOrder(found.data?.clips ?? [], language);
  const wanted = clips.filter((clip) => clip.rendered && clip.state !== "dropped");
  return (
    <section aria-labelledby="clips" className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="clips" className="text-lg font-semibold tracking-tight">
          {t("clips.title")}
        </h2>
        {wanted.length > 0 && <ZipOfAll clips={wanted} />}
      </div>
      <Refusal error={found.error} />
      {found.isSuccess && clips.length === 0 && (
        <p className="rounded-2xl border border-dashed border-line px-6 py-10 text-center text-soft">{t("clips.none")}</p>
      )}
      <ul className="grid gap-4 [grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr))]">
        {clips.map((clip) => (
          <ClipCard key={clip.id} clip={clip} projectId={projectId} />
        ))}
      </ul>
    </section>
  );
}

function ClipCard({ clip, projectId }: { clip: ClipView; projectId: string }) {
  const { t } = useSpeech();
  const { name } = clip;
  const place = `${LIBRARY}/clips/${clip.id}`;
  const isDropped = clip.state === "dropped";
  return (
    <li className={`card flex flex-col overflow-hidden ${isDropped ? "opacity-60" : ""}`}>
      <div className="flex aspect-9/16 max-h-[70vh] items-center justify-center bg-black">
        {clip.rendered ? (
          // Captions are in the picture, word by word: a track would show them twice.
          // eslint-disable-next-line jsx-a11y/media-has-caption
          <video
            controls
            playsInline
            preload="none"
            className="size-full object-contain"
            aria-label={t("clips.play", { name })}
            poster={`${place}/thumbnail?of=${clip.edit}`}
            src={`${place}/file?of=${clip.edit}`}
          />
        ) : (
          <p className="px-4 text-center text-sm text-white/70">{t("clips.waiting")}</p>
        )}
      </div>
      <div className="flex grow flex-col justify-between gap-2 p-3">
        <div className="flex items-start justify-between gap-2">
          <p className="py-1.5 font-medium break-words">{name}</p>
          <Opinion clip={clip} projectId={projectId} />
        </div>
        <div className="flex flex-wrap items-center gap-1.5">
          {clip.files.mp4 && (
            <ButtonLink icon="download" href={clip.files.mp4} download aria-label={t("clips.mp4.of", { name })}>
              {t("clips.mp4")}
            </ButtonLink>
          )}
          {clip.files.srt && (
            <ButtonLink look="quiet" href={clip.files.srt} download aria-label={t("clips.srt.of", { name })}>
              {t("clips.srt")}
            </ButtonLink>
          )}
        </div>
      </div>
    </li>
  );
}

/** Keep or drop; pressed again, neither. */
function Opinion({ clip, projectId }: { clip: ClipView; projectId: string }) {
  const { t } = useSpeech();
  const known = useQueryClient();
  const select = useMutation({
    mutationFn: (selected: boolean | null) =>
      answer(selectClip({ path: { clip_id: clip.id }, body: { selected }, throwOnError: true })),
    onSuccess: () => known.invalidateQueries({ queryKey: clipsKey(projectId) }),
  });
  const { name } = clip;
  return (
    <span className="flex shrink-0">
      {([true, false] as const).map((keep) => (
        <Button
          key={String(keep)}
          look="quiet"
          icon={keep ? "check" : "close"}
          compact
          aria-pressed={clip.selected === keep}
          className={clip.selected === keep ? "bg-sunk text-ink" : ""}
          disabled={select.isPending}
          onClick={() => {
            select.mutate(clip.selected === keep ? null : keep);
          }}
        >
          {t(keep ? "clips.keep.of" : "clips.drop.of", { name })}
        </Button>
      ))}
      <Refusal error={select.error} />
    </span>
  );
}

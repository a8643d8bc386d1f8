import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LIBRARY } from "../api/client";
import { removeProjectVideo, type Video } from "../api/generated";
import { bytes, clock } from "../i18n/format";
import { useSpeech } from "../i18n/language";
import { Button } from "../ui/button";
import { Icon } from "../ui/icons";
import { Progress } from "../ui/progress";
import { DropPlace } from "./drop";
import { useUploads } from "./provider";
import { footageKey, footageQuery } from "./queries";
import { unfinishedOf, type Sending } from "./uploads";
import { Refusal } from "../ui/notice";

/** The footage of a project: what there is, what is on its way, and a place to drop more. */
export function Footage({ projectId }: { projectId: string }) {
  const { t } = useSpeech();
  const found = useQuery(footageQuery(projectId));
  const { uploads, sending } = useUploads(projectId);
  const videos = found.data?.videos ?? [];
  const isEmpty = videos.length === 0 && sending.length === 0;
  return (
    <section aria-labelledby="footage" className="space-y-3">
      <h2 id="footage" className="text-lg font-semibold tracking-tight">
        {t("footage.title")}
      </h2>
      {videos.length > 0 && (
        <ul className="grid gap-3 [grid-template-columns:repeat(auto-fill,minmax(min(9.5rem,100%),1fr))]">
          {videos.map((video) => (
            <VideoTile key={video.id} video={video} projectId={projectId} />
          ))}
        </ul>
      )}
      <ul className="space-y-2 empty:hidden">
        {sending.map((one) => (
          <SendingRow key={one.key} sending={one} />
        ))}
      </ul>
      <Interrupted projectId={projectId} sending={sending} />
      <Refusal error={found.error} />
      <DropPlace
        title={t(isEmpty ? "drop.title" : "drop.more")}
        large={isEmpty && found.isSuccess}
        onFiles={(files) => {
          uploads.add(projectId, files);
        }}
      />
    </section>
  );
}

function VideoTile({ video, projectId }: { video: Video; projectId: string }) {
  const { t } = useSpeech();
  const known = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      await removeProjectVideo({ path: { project_id: projectId, video_id: video.id }, throwOnError: true });
    },
    onSuccess: () => known.invalidateQueries({ queryKey: footageKey(projectId) }),
  });
  return (
    <li className="group card overflow-hidden">
      <div className="relative flex aspect-video items-center justify-center bg-sunk text-soft">
        {video.previews.includes("thumbnail") ? (
          <img
            src={`${LIBRARY}/videos/${video.id}/thumbnail`}
            alt=""
            loading="lazy"
            className="absolute inset-0 size-full object-cover"
          />
        ) : (
          <Icon name="film" className="size-6" />
        )}
        <span className="absolute right-1.5 bottom-1.5 rounded bg-black/70 px-1.5 text-xs text-white tabular-nums">
          {video.kind === "photo" ? t("footage.photo") : clock(video.duration)}
        </span>
      </div>
      <div className="flex items-center gap-1 py-1 pr-1 pl-3">
        <p className="min-w-0 grow truncate text-sm" title={video.name}>
          {video.name}
        </p>
        <Button
          look="quiet"
          icon="close"
          compact
          disabled={remove.isPending}
          onClick={() => {
            remove.mutate();
          }}
        >
          {t("footage.remove", { name: video.name })}
        </Button>
      </div>
      <Refusal error={remove.error} />
    </li>
  );
}

function SendingRow({ sending }: { sending: Sending }) {
  const { t } = useSpeech();
  const { uploads } = useUploads();
  const { key, name, size, sent, state, problem } = sending;
  return (
    <li className="card flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2 text-sm">
      <div className="min-w-0 grow basis-48 space-y-1">
        <p className="truncate">{name}</p>
        {state === "failed" ? (
          <p className="text-bad">
            {problem?.message || t("footage.failed")} <span className="text-soft">{problem?.hint}</span>
          </p>
        ) : (
          <>
            <Progress
              label={t("footage.uploading", { name })}
              value={state === "checking" ? null : size > 0 ? (sent / size) * 100 : 0}
            />
            <SendingState sending={sending} />
          </>
        )}
      </div>
      {state === "failed" && (
        <Button
          icon="retry"
          onClick={() => {
            uploads.again(key);
          }}
        >
          {t("footage.again")}
        </Button>
      )}
      <Button
        look="quiet"
        icon="close"
        compact
        onClick={() => {
          uploads.stop(key);
        }}
      >
        {t("footage.stop", { name })}
      </Button>
    </li>
  );
}

function SendingState({ sending: { state, isInterrupted, sent, size } }: { sending: Sending }) {
  const { t, language } = useSpeech();
  const text =
    state === "checking"
      ? t("footage.checking")
      : isInterrupted
        ? t("footage.paused")
        : t("footage.sending", { done: bytes(sent, language), size: bytes(size, language) });
  return <p className="text-xs text-soft tabular-nums">{text}</p>;
}

/** Files that were on their way when the page was closed: only the person can give them again. */
function Interrupted({ projectId, sending }: { projectId: string; sending: readonly Sending[] }) {
  const { t } = useSpeech();
  const found = useQuery({
    queryKey: ["unfinished", projectId, sending.length],
    queryFn: () => unfinishedOf(projectId),
  });
  const names = (found.data ?? []).map((one) => one.name).filter((name) => sending.every((one) => one.name !== name));
  if (names.length === 0) return null;
  return (
    <div className="rounded-xl bg-wash px-4 py-3 text-sm">
      <p className="font-medium break-words">{names.join(", ")}</p>
      <p className="text-soft">{t("footage.interrupted")}</p>
    </div>
  );
}

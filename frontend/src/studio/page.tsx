import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { answer } from "../api/client";
import { changeProject, generateClips, type Project } from "../api/generated";
import { Clips } from "../clips/clips";
import { clipsKey } from "../clips/queries";
import { Footage } from "../footage/list";
import { useUploads } from "../footage/provider";
import { footageQuery } from "../footage/queries";
import { useSpeech } from "../i18n/language";
import { hasEnded, jobKey } from "../jobs/queries";
import { ProjectName } from "../projects/name";
import { projectKey, projectQuery } from "../projects/queries";
import { Refusal } from "../ui/notice";
import { useTitle } from "../ui/title";
import { optionsOf, useDraft, type Draft } from "./draft";
import { MakePanel } from "./make-panel";
import { latestKey, latestQuery } from "./queries";
import { scriptsOf } from "./script";
import { ScriptField } from "./script-field";
import { VoiceChoice } from "./voice";
import { Work } from "./work";

const route = getRouteApi("/projects/$projectId");

/** One project: its footage and script, how its clips are to be, the work on them, and the clips. */
export function ProjectPage() {
  const { projectId } = route.useParams();
  const { t } = useSpeech();
  const found = useQuery(projectQuery(projectId));
  useTitle(found.data?.name);
  if (found.data) return <Studio key={projectId} project={found.data} />;
  return found.error ? <Refusal error={found.error} /> : <p className="text-soft">{t("loading")}</p>;
}

function Studio({ project }: { project: Project }) {
  const { id } = project;
  const known = useQueryClient();
  const [draft, change] = useDraft(id, project.options, project.target_duration);
  const latest = useQuery(latestQuery(id));
  const make = useMake(project);
  const hint = useHint(id);
  const ended = useCallback(() => {
    void known.invalidateQueries({ queryKey: clipsKey(id) });
    void known.invalidateQueries({ queryKey: ["jobs"] });
    void known.invalidateQueries({ queryKey: projectKey(id) });
  }, [known, id]);
  return (
    <>
      <div className="mb-6 flex">
        <ProjectName project={project} />
      </div>
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="space-y-8">
          <Footage projectId={id} />
          <ScriptField
            script={draft.script}
            onChange={(script) => {
              change({ script });
            }}
          />
        </div>
        <div className="space-y-4 lg:sticky lg:top-6">
          <MakePanel
            draft={draft}
            onChange={change}
            hint={hint}
            isBusy={make.isPending}
            error={make.error}
            voice={
              <VoiceChoice
                voice={draft.voice}
                onChange={(voice) => {
                  change({ voice });
                }}
              />
            }
            onGo={() => {
              make.mutate(draft);
            }}
          />
        </div>
      </div>
      <div className="mt-10 space-y-6">
        {latest.data && <Work key={latest.data.job_id} jobId={latest.data.job_id} onEnd={ended} />}
        <Refusal error={latest.error} />
        <Clips projectId={id} isGrowing={latest.data !== null && latest.data !== undefined && !hasEnded(latest.data)} />
      </div>
    </>
  );
}

/** Why clips cannot be asked for just now; empty: they can. */
function useHint(projectId: string): string {
  const { t } = useSpeech();
  const footage = useQuery(footageQuery(projectId));
  const { sending } = useUploads(projectId);
  const latest = useQuery(latestQuery(projectId));
  if (sending.some((one) => one.state !== "failed")) return t("make.waits");
  if ((footage.data?.videos.length ?? 0) === 0) return t("make.needsFootage");
  return latest.data && !hasEnded(latest.data) ? t("make.running") : "";
}

/** Has clips made, and keeps the choices as the project's own. */
function useMake(project: Project) {
  const known = useQueryClient();
  const path = { project_id: project.id };
  return useMutation({
    mutationFn: async (draft: Draft) => {
      const options = optionsOf(draft, project.options);
      const changed = await answer(changeProject({ path, body: { options }, throwOnError: true }));
      known.setQueryData(projectKey(project.id), changed);
      const body = { scripts: scriptsOf(draft.script), count: draft.count };
      return answer(generateClips({ path, body, throwOnError: true }));
    },
    onSuccess: (job) => {
      known.setQueryData(jobKey(job.job_id), job);
      known.setQueryData(latestKey(project.id), job);
      void known.invalidateQueries({ queryKey: clipsKey(project.id) });
    },
  });
}

import { useInfiniteQuery, useMutation, useQueryClient, keepPreviousData } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { archiveProject, deleteProject, unarchiveProject, type Project } from "../api/generated";
import { useSpeech } from "../i18n/language";
import { Button } from "../ui/button";
import { Question } from "../ui/dialog";
import { Refusal } from "../ui/notice";
import { useTitle } from "../ui/title";
import { ProjectCard } from "./card";
import { useNewProject } from "./make";
import { projectsQuery } from "./queries";

/** All projects: those changed last come first. */
export function ProjectsPage() {
  const { t } = useSpeech();
  const [search, setSearch] = useState("");
  const [archived, setArchived] = useState(false);
  const wanted = useDeferredValue(search.trim());
  const found = useInfiniteQuery({
    ...projectsQuery({ search: wanted, archived }),
    placeholderData: keepPreviousData,
  });
  const make = useNewProject(() => undefined);
  const projects = found.data?.pages.flatMap((page) => page.projects) ?? [];
  useTitle(t("projects.title"));
  return (
    <>
      <div className="mb-6 flex flex-wrap items-center gap-3">
        <h1 className="grow text-2xl font-semibold tracking-tight">{t("projects.title")}</h1>
        <label className="flex items-center gap-2 text-sm text-soft">
          <input
            type="checkbox"
            className="size-4 accent-call"
            checked={archived}
            onChange={(event) => {
              setArchived(event.target.checked);
            }}
          />
          {t("projects.archived")}
        </label>
        <input
          type="search"
          className="field w-48"
          maxLength={200}
          aria-label={t("projects.search")}
          placeholder={t("projects.search")}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
          }}
        />
        <Button
          look="call"
          disabled={make.isPending}
          onClick={() => {
            make.mutate([]);
          }}
        >
          {t("projects.new")}
        </Button>
      </div>
      <Refusal error={found.error ?? make.error} />
      {found.isPending && <p className="text-soft">{t("loading")}</p>}
      {found.isSuccess && projects.length === 0 && (
        <p className="card px-6 py-12 text-center text-soft">
          {wanted || archived ? t("projects.noneFound") : t("projects.none")}
        </p>
      )}
      <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {projects.map((project) => (
          <ProjectCard key={project.id} project={project}>
            <ProjectActions project={project} />
          </ProjectCard>
        ))}
      </ul>
      {found.hasNextPage && (
        <div className="mt-6 text-center">
          <Button disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}

function ProjectActions({ project }: { project: Project }) {
  const { t } = useSpeech();
  const known = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { id, name } = project;
  const isAway = project.archived_at !== null;
  const changed = () => known.invalidateQueries({ queryKey: ["projects"] });
  const put = useMutation({
    mutationFn: async () => {
      await (isAway ? unarchiveProject : archiveProject)({ path: { project_id: id }, throwOnError: true });
    },
    onSuccess: changed,
  });
  const remove = useMutation({
    mutationFn: async () => {
      await deleteProject({ path: { project_id: id }, query: { cancel: true }, throwOnError: true });
    },
    onSuccess: changed,
  });
  return (
    <>
      <Button
        look="quiet"
        icon="archive"
        compact
        disabled={put.isPending}
        onClick={() => {
          put.mutate();
        }}
      >
        {t(isAway ? "projects.unarchive" : "projects.archive", { name })}
      </Button>
      <Button
        look="quiet"
        icon="trash"
        compact
        disabled={remove.isPending}
        onClick={() => {
          setAsking(true);
        }}
      >
        {t("projects.delete", { name })}
      </Button>
      {asking && (
        <Question
          title={t("projects.delete.title", { name })}
          detail={t("projects.delete.detail")}
          yes={t("projects.delete.yes")}
          no={t("projects.delete.no")}
          onYes={() => {
            setAsking(false);
            remove.mutate();
          }}
          onNo={() => {
            setAsking(false);
          }}
        />
      )}
      <Refusal error={put.error ?? remove.error} />
    </>
  );
}

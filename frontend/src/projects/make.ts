import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { answer } from "../api/client";
import { createProject, type Project } from "../api/generated";
import { useSpeech } from "../i18n/language";
import { projectKey, projectsKey } from "./queries";

/** A project's first name: the first file's, as people would call it, else that it has none yet. */
export function firstName(files: readonly File[], untitled: string): string {
  const stem = files[0]?.name.replace(/\.[^.]+$/, "").replace(/[_\s]+/g, " ").trim();
  return (stem || untitled).slice(0, 200);
}

/** Make a project, for these files or for none yet, and go to it. */
export function useNewProject(onMade: (project: Project, files: readonly File[]) => void) {
  const { t } = useSpeech();
  const known = useQueryClient();
  const go = useNavigate();
  return useMutation({
    mutationFn: (files: readonly File[]) =>
      answer(createProject({ body: { name: firstName(files, t("projects.untitled")) }, throwOnError: true })),
    onSuccess: async (project, files) => {
      known.setQueryData(projectKey(project.id), project);
      void known.invalidateQueries({ queryKey: projectsKey });
      onMade(project, files);
      await go({ to: "/projects/$projectId", params: { projectId: project.id } });
    },
  });
}

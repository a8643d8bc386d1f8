import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer } from "../api/client";
import { changeProject, type Project } from "../api/generated";
import { useSpeech } from "../i18n/language";
import { Refusal } from "../ui/notice";
import { projectKey, projectsKey } from "./queries";

/** A project's name, which is changed where it stands: Enter keeps it, Escape takes it back. */
export function ProjectName({ project }: { project: Project }) {
  const { t } = useSpeech();
  const known = useQueryClient();
  const [name, setName] = useState(project.name);
  const rename = useMutation({
    mutationFn: (wanted: string) =>
      answer(changeProject({ path: { project_id: project.id }, body: { name: wanted }, throwOnError: true })),
    onSuccess: (changed) => {
      known.setQueryData(projectKey(project.id), changed);
      void known.invalidateQueries({ queryKey: projectsKey });
    },
  });
  const keep = () => {
    const wanted = name.trim();
    if (wanted === "") setName(project.name);
    else if (wanted !== project.name) rename.mutate(wanted);
  };
  return (
    <h1 className="min-w-0 grow">
      <input
        className="-mx-2 field-sizing-content max-w-full min-w-40 rounded-lg bg-transparent px-2 py-1 text-2xl font-semibold tracking-tight hover:bg-sunk focus:bg-card"
        aria-label={t("projects.rename")}
        maxLength={200}
        value={name}
        onChange={(event) => {
          setName(event.target.value);
        }}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setName(project.name);
        }}
      />
      <Refusal error={rename.error} />
    </h1>
  );
}

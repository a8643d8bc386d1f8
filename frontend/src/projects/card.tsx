import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Project } from "../api/generated";
import { when } from "../i18n/format";
import { useSpeech } from "../i18n/language";

/** A project in a list: the whole card leads to it, and what can be done with it stands above that. */
export function ProjectCard({ project, children }: { project: Project; children?: ReactNode }) {
  const { t, count, language } = useSpeech();
  return (
    <li className="card relative flex flex-col gap-1 p-4 transition-colors hover:border-soft">
      <Link
        to="/projects/$projectId"
        params={{ projectId: project.id }}
        className="font-medium break-words after:absolute after:inset-0 after:rounded-2xl"
      >
        {project.name}
      </Link>
      <p className="text-sm text-soft">
        {count("footage.count", project.counts?.videos ?? 0)} · {count("clips.count", project.counts?.clips ?? 0)}
      </p>
      <div className="mt-1 flex min-h-9 items-center justify-between gap-2">
        <p className="text-xs text-soft">{t("projects.changed", { when: when(project.updated_at, language) })}</p>
        {children && <div className="relative flex">{children}</div>}
      </div>
    </li>
  );
}

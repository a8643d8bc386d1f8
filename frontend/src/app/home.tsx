import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { DropPlace } from "../footage/drop";
import { useUploads } from "../footage/provider";
import { useSpeech } from "../i18n/language";
import { ProjectCard } from "../projects/card";
import { useNewProject } from "../projects/make";
import { projectsQuery } from "../projects/queries";
import { Refusal } from "../ui/notice";
import { useTitle } from "../ui/title";

const RECENT = 6;

/** Where everything begins: what is dropped here becomes a project. */
export function HomePage() {
  const { t } = useSpeech();
  const { uploads } = useUploads();
  const make = useNewProject((project, files) => {
    uploads.add(project.id, files);
  });
  const recent = useInfiniteQuery(projectsQuery({ limit: RECENT }));
  const projects = recent.data?.pages[0]?.projects ?? [];
  useTitle(undefined);
  return (
    <>
      <div className="mx-auto mb-8 max-w-2xl pt-4 text-center sm:pt-10">
        <h1 className="text-3xl font-semibold tracking-tight sm:text-4xl">{t("home.title")}</h1>
        <p className="mt-3 text-pretty text-soft">{t("home.lead")}</p>
      </div>
      <div className="mx-auto max-w-3xl space-y-3">
        <DropPlace
          large
          title={t("drop.title")}
          onFiles={(files) => {
            if (!make.isPending) make.mutate(files);
          }}
        />
        <Refusal error={make.error ?? recent.error} />
      </div>
      {projects.length > 0 && (
        <section aria-labelledby="recent" className="mt-14">
          <div className="mb-4 flex items-baseline justify-between">
            <h2 id="recent" className="text-lg font-semibold tracking-tight">
              {t("home.recent")}
            </h2>
            <Link to="/projects" className="text-sm text-soft underline-offset-4 hover:underline">
              {t("home.all")}
            </Link>
          </div>
          <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
            {projects.map((project) => (
              <ProjectCard key={project.id} project={project} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

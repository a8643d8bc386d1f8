import { createRootRoute, createRoute, createRouter, Link } from "@tanstack/react-router";
import { useSpeech } from "../i18n/language";
import { JobsPage } from "../jobs/page";
import { ProjectsPage } from "../projects/page";
import { ProjectPage } from "../studio/page";
import { Notice } from "../ui/notice";
import { HomePage } from "./home";
import { Shell } from "./shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Lost, errorComponent: Broken });
const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });
const projects = createRoute({ getParentRoute: () => root, path: "/projects", component: ProjectsPage });
const project = createRoute({ getParentRoute: () => root, path: "/projects/$projectId", component: ProjectPage });
const jobs = createRoute({ getParentRoute: () => root, path: "/jobs", component: JobsPage });

function Lost() {
  const { t } = useSpeech();
  return (
    <div className="py-16 text-center">
      <h1 className="text-2xl font-semibold tracking-tight">{t("lost.title")}</h1>
      <p className="mt-3">
        <Link to="/" className="text-call underline underline-offset-4">
          {t("lost.back")}
        </Link>
      </p>
    </div>
  );
}

/** What is shown instead of a view that has a fault of its own. */
function Broken() {
  const { t } = useSpeech();
  return (
    <div className="mx-auto max-w-xl px-4 py-16">
      <Notice title={t("problem.unknown")} hint={t("problem.reload")} />
    </div>
  );
}

export const router = createRouter({ routeTree: root.addChildren([home, projects, project, jobs]), scrollRestoration: true, defaultErrorComponent: Broken });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

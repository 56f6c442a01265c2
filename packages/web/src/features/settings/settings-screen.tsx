/** The agents of a project, what this browser tells, who has access, and who did what. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { projectsQuery } from "../../api/queries.ts";
import { FIELD } from "../../ui/field.ts";
import { ScreenHeading } from "../../ui/heading.tsx";
import { withNamed } from "../../ui/hidden-characters.ts";
import { usePlace } from "../../ui/use-place.ts";
import { Agents } from "./agents.tsx";
import { Appearance } from "./appearance.tsx";
import { Audit } from "./audit.tsx";
import { Keys } from "./keys.tsx";
import { Notifications } from "./notifications.tsx";
import { ProjectRules } from "./project-rules.tsx";
import { settingsSearch } from "./settings-search.ts";
import { SignOut } from "./sign-out.tsx";
import { Tokens } from "./tokens.tsx";

export function SettingsScreen() {
  const { path, at } = useSearch({ from: "/settings" });
  const placeOf = usePlace(at);
  const projects = useQuery(projectsQuery());
  const shown = path ?? projects.data?.[0]?.path;
  return (
    <>
      <ScreenHeading title="Settings">
        {projects.data !== undefined && projects.data.length > 0 && (
          <ProjectChoice path={path} projects={projects.data} />
        )}
      </ScreenHeading>
      <div className="flex max-w-[110ch] flex-col gap-4 pb-8">
        {shown !== undefined && <ProjectRules path={shown} />}
        <Agents path={shown} />
        <div {...placeOf("keys")}>
          <Keys />
        </div>
        <Appearance />
        <div {...placeOf("notifications")}>
          <Notifications />
        </div>
        <div {...placeOf("tokens")}>
          <Tokens />
        </div>
        <div {...placeOf("audit")}>
          <Audit />
        </div>
        <SignOut />
      </div>
    </>
  );
}

type ProjectChoiceProps = {
  readonly path: string | undefined;
  readonly projects: readonly { readonly path: string; readonly name: string }[];
};

function ProjectChoice({ path, projects }: ProjectChoiceProps) {
  const navigate = useNavigate();
  const isKnown = path === undefined || projects.some((project) => project.path === path);
  return (
    <label className="flex min-w-0 items-center gap-2">
      <span className="text-muted">Project</span>
      <select
        value={path ?? projects[0]?.path}
        onChange={({ target }) =>
          void navigate({
            to: "/settings",
            search: (before) => settingsSearch({ ...before, path: target.value }),
            replace: true,
          })
        }
        className={`${FIELD} max-w-80 min-w-0`}
      >
        {!isKnown && <option value={path}>{withNamed(path)}</option>}
        {projects.map((project) => (
          <option key={project.path} value={project.path}>
            {withNamed(project.name)} · {withNamed(project.path)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The ProjectRules port: configuration and workflows, each from its own folder. */
import { join } from "node:path";
import { USER_CONFIG_FILE } from "./config/open.ts";
import { catalogAgents } from "./catalog-agents.ts";
import { configRules } from "./config/project-rules.ts";
import type { ProjectRules } from "./engine/ports/rules.ts";
import type { ReadHost } from "./platform/tool-places.ts";
import { workflowRules } from "./workflows/project-rules.ts";

/** `userFolder`: the user's own configuration folder; it need not exist. */
export const createRules = (userFolder: string, host: ReadHost): ProjectRules => ({
  ...configRules({ userFile: join(userFolder, USER_CONFIG_FILE), catalog: catalogAgents(), host }),
  ...workflowRules({ userFolder: join(userFolder, "workflows") }),
});

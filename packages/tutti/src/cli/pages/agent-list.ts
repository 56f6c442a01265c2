/** Agents as rows: what is there, and what mends what is not. */
import type { AgentView } from "@tutti/protocol";
import { hasAccess } from "../../config/survey.ts";
import { padTo } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";
import { EXPOSED_SHAPE, type Style, type Tone } from "../terminal/style.ts";

const STATE_COLUMNS = 15;

export function agentLines(agents: readonly AgentView[], style: Style): string[] {
  const width = Math.max(0, ...agents.map(({ name }) => name.length));
  return agents.flatMap((agent) => {
    const [tone, word] = stateOf(agent);
    const state = style.paint(tone, padTo(word, STATE_COLUMNS));
    const facts = [maker(agent), version(agent), access(agent), ...roles(agent)];
    const line = `${padTo(printableLine(agent.name), width)}  ${state}  ${printableLine(facts.filter((one) => one !== "").join(" · "))}`;
    const mend =
      agent.mend === null ? [] : [`${" ".repeat(width + 2)}${printableLine(agent.mend)}`];
    return [line, ...mend];
  });
}

const stateOf = (agent: AgentView): [Tone, string] => {
  if (agent.isReady)
    return agent.access === "login"
      ? ["exposed", `${EXPOSED_SHAPE} login inside`]
      : ["ok", "● ready"];
  if (!agent.installed) return ["quiet", "○ not installed"];
  if (agent.oldNode !== undefined && hasAccess(agent.access)) return ["waiting", "◆ old Node"];
  return ["waiting", hasAccess(agent.access) ? "◆ not shown" : "◆ no access"];
};

const maker = ({ family, model }: AgentView): string =>
  model === null ? family : `${family}/${model}`;

const version = ({ version: installed, isTested }: AgentView): string => {
  if (installed === null) return "";
  return isTested === true ? installed : `${installed} (not the version that was tested)`;
};

const access = ({ access: kind, keyName, provider }: AgentView): string => {
  switch (kind) {
    case "key":
      return `${keyName ?? "key"} is there`;
    case "no-key":
      return `${keyName ?? "key"} is missing`;
    case "free":
      return `${provider ?? "provider"} takes no key`;
    case "login":
      return "ready; what runs in the fence can read its login, and its use is not metered";
    case "no-login":
      return "not signed in";
    case "no-provider":
      return "no provider";
    case "own":
      return "by command";
  }
};

const roles = ({ roles: names }: AgentView): string[] =>
  names.length === 0 ? [] : [names.join(", ")];

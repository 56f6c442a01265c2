/** Which agents there are, what each lacks, and the command that mends it. */
import type { AgentView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { agentsQuery } from "../../api/project.ts";
import { FamilyMark } from "../../ui/family-mark.tsx";
import { SectionHeading } from "../../ui/heading.tsx";
import { plainLine } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";
import { byReadiness, readiness } from "./agent-health.ts";

export function Agents({ path }: { readonly path: string | undefined }) {
  const query = useQuery(agentsQuery(path));
  return (
    <section aria-labelledby="agents">
      <SectionHeading title="Agents" id="agents" />
      <Queried query={query} what="the agents">
        {({ agents, problems }) => (
          <>
            {problems.map((problem) => (
              <p key={problem} role="alert" className="px-4 py-1 text-refused">
                <span aria-hidden="true">✕ </span>
                {plainLine(problem)}
              </p>
            ))}
            <ul>
              {byReadiness(agents).map((agent) => (
                <AgentLine key={agent.name} agent={agent} />
              ))}
            </ul>
          </>
        )}
      </Queried>
    </section>
  );
}

const TONES: Record<ReturnType<typeof readiness>["kind"], Tone> = {
  ready: "ok",
  lacking: "warning",
  absent: "neutral",
};

function AgentLine({ agent }: { readonly agent: AgentView }) {
  const { kind, word } = readiness(agent);
  return (
    <li className="grid grid-cols-[9rem_minmax(0,1fr)] items-baseline gap-x-4 border-b border-line px-4 py-1 max-sm:grid-cols-1 max-sm:py-2">
      <StateMark tone={TONES[kind]} word={word} />
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-3">
        <span className="font-strong">{plainLine(agent.title)}</span>
        <FamilyMark family={agent.family} />
        {agent.roles.length > 0 && <span>{agent.roles.join(", ")}</span>}
        <span className="text-muted">
          {[agent.version, agent.model, agent.from === "catalogue" ? null : `of the ${agent.from}`]
            .filter((part) => part !== null)
            .join(" · ")}
        </span>
        {agent.isTested === false && (
          <span className="text-warning">another version than the tested one</span>
        )}
        {agent.mend !== null && (
          <code className="basis-full font-mono text-xs wrap-anywhere text-muted">
            {plainLine(agent.mend)}
          </code>
        )}
      </div>
    </li>
  );
}

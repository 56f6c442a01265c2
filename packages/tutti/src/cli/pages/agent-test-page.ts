/** How the trial of an agent ended. */
import type { AgentTrial } from "@tutti/protocol";
import { indent } from "../terminal/layout.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Style } from "../terminal/style.ts";

const BYTES_PER_MIB = 1024 * 1024;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export function agentTestLines(trial: AgentTrial, style: Style): string[] {
  const { name, ok, agent, problem } = trial;
  const mark = style.paint(ok ? "ok" : "refused", ok ? "● works" : "✕ does not work");
  const who = agent === null ? "" : ` (${agent})`;
  const said = problem === null ? [] : [...printable(problem.message).split("\n"), problem.mend];
  return [`${mark}  ${printableLine(`${name}${who}`)}`, ...indent(said, 2), ...factLines(trial)];
}

function factLines(trial: AgentTrial): string[] {
  const { openedMs, firstUpdateMs, totalMs, peakBytes, asked, models } = trial;
  const rows: [string, string | null][] = [
    ["session there after", openedMs === null ? null : seconds(openedMs)],
    ["first word after", firstUpdateMs === null ? null : seconds(firstUpdateMs)],
    ["in all", seconds(totalMs)],
    ["memory at most", peakBytes === null ? null : `${Math.round(peakBytes / BYTES_PER_MIB)} MiB`],
    ["questions", asked === 0 ? null : `${asked}, allowed`],
    ["model", models.served.length === 0 ? null : models.served.join(", ")],
    ["tokens", models.requests === 0 ? null : tokens(models)],
  ];
  return rows.flatMap(([name, value]) =>
    value === null ? [] : [`  ${name.padEnd(20)} ${printableLine(value)}`],
  );
}

const tokens = (models: AgentTrial["models"]): string =>
  `${models.inputTokens + models.cachedTokens} in, ${models.outputTokens} out, in ${models.requests} requests`;

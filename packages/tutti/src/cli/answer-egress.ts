/** Hosts that programs were refused, and a person's word about one. */
import type { AttentionItem, PersonCommand, RunView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "./await-run.ts";
import type { Cli } from "./cli.ts";
import { flagOption, type Input } from "./command-spec.ts";
import { printableLine } from "./terminal/printable.ts";

/** Of an attention item's id, and of the words that a person pastes. */
const PREFIX = "egress:";

export const hostOf = ({ id }: AttentionItem): string => id.slice(PREFIX.length);

export const isRefusedHost = ({ kind }: AttentionItem): boolean => kind === "egress";

/** The host that is meant; null when a permission of an agent is. */
export function hostAnswered(view: RunView, named: string | undefined): string | null {
  const hosts = view.attention.filter(isRefusedHost).map(hostOf);
  if (named === undefined) {
    const [only, another] = hosts;
    return view.permissions.length === 0 && another === undefined ? (only ?? null) : null;
  }
  if (named.startsWith(PREFIX)) return named.slice(PREFIX.length);
  return hosts.includes(named) ? named : null;
}

type Answered = { readonly run: string; readonly target: string; readonly isAllowed: boolean };

export async function answerEgress(
  cli: Cli,
  input: Input,
  { run, target, isAllowed }: Answered,
): Promise<number> {
  const scope = flagOption(input, "project") ? "project" : "run";
  if (!isAllowed && scope === "project")
    throw new TuttiError("usage", "A host is refused in every project already.");
  const command: PersonCommand = isAllowed
    ? { kind: "egress.allow", target, scope }
    : { kind: "egress.refuse", target };
  const accepted = await (await cli.client()).command(run, command);
  const host = printableLine(target);
  return finish(cli, input, {
    run,
    message: isAllowed ? `› ${host} is allowed for this ${scope}.` : `› ${host} stays refused.`,
    json: { ...accepted, target, ...(isAllowed ? { scope } : {}) },
  });
}

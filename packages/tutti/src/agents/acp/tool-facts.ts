/**
 * What an agent says that it wants to do, in the form that rules look at. Agents agree on the kind of
 * a tool call and on nothing else: paths and commands are looked for where the known ones put them.
 */
import { z } from "zod";
import { type ToolFacts, ToolKind } from "@tutti/protocol";
import { FACT_COMMAND_MAX_CHARS, FACT_PATHS_MAX } from "./limits.ts";
import type { Tool } from "./messages.ts";

const text = z.string().optional().catch(undefined);
const words = z
  .union([z.string(), z.array(z.string()).transform((parts) => parts.join(" "))])
  .optional()
  .catch(undefined);

const Input = z
  .object({
    command: words,
    cmd: words,
    file_path: text,
    filePath: text,
    absolute_path: text,
    path: text,
    notebook_path: text,
  })
  .catch({});

const kindOf = ({ kind }: Tool): ToolKind => ToolKind.safeParse(kind).data ?? "other";

export const toolFacts = (tool: Tool): ToolFacts => {
  const { command, cmd, ...places } = Input.parse(tool.rawInput ?? {});
  const diffs = (tool.content ?? []).flatMap((one) =>
    one.type === "diff" && "path" in one ? [one.path] : [],
  );
  const paths = new Set([
    ...(tool.locations ?? []).map(({ path }) => path),
    ...diffs,
    ...Object.values(places).filter((path) => path !== undefined),
  ]);
  const line = command ?? cmd ?? null;
  // What is too long to be looked at whole is of no kind that a rule may allow.
  const isWhole = paths.size <= FACT_PATHS_MAX && (line?.length ?? 0) <= FACT_COMMAND_MAX_CHARS;
  return isWhole
    ? { tool: kindOf(tool), paths: [...paths], command: line }
    : { tool: "other", paths: [], command: null };
};

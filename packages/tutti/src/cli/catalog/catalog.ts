/** Every command there is. */
import type { CommandGroup, CommandSpec } from "../command-spec.ts";
import { ANSWERS } from "./answers.ts";
import { EVERYDAY } from "./everyday.ts";
import { LOOKING } from "./looking.ts";
import { MACHINE } from "./machine.ts";
import { WORK } from "./work.ts";

export const GROUPS: readonly CommandGroup[] = [
  { title: "Tasks", commands: [...EVERYDAY, ...LOOKING] },
  { title: "Answers", commands: ANSWERS },
  { title: "Work", commands: WORK },
  { title: "Project and machine", commands: MACHINE },
];

export const COMMANDS: readonly CommandSpec[] = GROUPS.flatMap(({ commands }) => commands);

export type Found = {
  readonly spec: CommandSpec;
  /** Names from the first to the last: `permit`, `allow`. */
  readonly path: readonly string[];
  readonly rest: readonly string[];
};

/** Follows names as far as they are names of commands; `null` when the first one is not. */
export function findCommand(words: readonly string[]): Found | null {
  const path: string[] = [];
  let spec: CommandSpec | undefined;
  let choices: readonly CommandSpec[] = COMMANDS;
  for (const word of words) {
    const next = choices.find(({ name }) => name === word);
    if (next === undefined) break;
    path.push(word);
    spec = next;
    choices = next.commands ?? [];
  }
  return spec === undefined ? null : { spec, path, rest: words.slice(path.length) };
}

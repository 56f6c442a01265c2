/** Which commands a few typed letters mean, and which of the hits before. */
import type { SearchHit } from "@tutti/protocol";
import type { PageCommand } from "../../commands/commands.tsx";

/** Every word of the query begins a word of the command or of its group. */
export function matching(commands: readonly PageCommand[], query: string): readonly PageCommand[] {
  const wanted = wordsOf(query);
  return latest(commands).filter(({ title, group }) => {
    const words = wordsOf(`${group} ${title}`);
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  });
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** A screen may declare again what is declared already; the later one holds. */
export function latest(commands: readonly PageCommand[]): readonly PageCommand[] {
  return [...new Map(commands.map((command) => [command.id, command])).values()];
}

export type CommandGroup = { readonly group: string; readonly commands: readonly PageCommand[] };

/** In the order in which the groups were first declared. */
export function grouped(commands: readonly PageCommand[]): readonly CommandGroup[] {
  return [...Map.groupBy(commands, ({ group }) => group)].map(([group, members]) => ({
    group,
    commands: members,
  }));
}

/** What can be done first, and the moves from one thing to the next at the end, each as they were. */
export const deedsFirst = (commands: readonly PageCommand[]): readonly PageCommand[] => [
  ...commands.filter(({ isMove }) => isMove !== true),
  ...commands.filter(({ isMove }) => isMove === true),
];

/** Those found for what was typed before that are found for what is typed now, as far as their words tell. */
export const stillFound = (hits: readonly SearchHit[], query: string): readonly SearchHit[] =>
  hits.filter(({ kind, title, detail, where }) => {
    const text = `${where} ${detail} ${kind === "run" ? title : ""}`.toLowerCase();
    return query
      .toLowerCase()
      .split(/\s+/u)
      .every((word) => text.includes(word));
  });

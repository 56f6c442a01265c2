// Git is called in one module only: everywhere else a configuration that an agent wrote could run
// code on the host.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const source = "packages/tutti/src";

/**
 * The module that owns git; the samples of the demo, which make their own repository; and the
 * scripted agent, which calls git as any agent does: inside the fence.
 */
const exempt = [`${source}/workspace/git/`, `${source}/demo/`, `${source}/agents/scripted/`];

/** A string "git" (or a path to it) as first argument, first element, or named as the program. */
const calls =
  /(?:[([]\s*|\b(?:command|program|file|executable|argv|args)\s*:\s*\[?\s*)(["'`])(?:\/[\w/.-]+\/)?git(?:\1|\s+[a-z-])/g;

/** One line, `file:line: text`, for each call of git outside its module. */
export function findGitCalls(root) {
  if (!existsSync(join(root, source))) return [];
  const files = readdirSync(join(root, source), { encoding: "utf8", recursive: true })
    .map((file) => `${source}/${file}`)
    .filter((file) => file.endsWith(".ts") && !exempt.some((folder) => file.startsWith(folder)));
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return [...text.matchAll(calls)].map((match) => {
      const line = text.slice(0, match.index).split("\n").length;
      return `${file}:${line}: git is called outside workspace/git: ${match[0].trim()}`;
    });
  });
}

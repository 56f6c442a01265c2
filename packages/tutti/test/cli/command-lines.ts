/** The command lines of Tutti that a page of Markdown holds, in its blocks and in its text. */
import { findCommand } from "../../src/cli/catalog/catalog.ts";
import { parseInput } from "../../src/cli/parse-input.ts";

const FENCE = /^ *(?<marks>`{3,}).*\n(?<text>[\s\S]*?)^ *\k<marks>$/gmu;
const INDENTED = /^ {4}(?<text>(?:tutti|npm start) .*)$/gmu;
const SPAN = /`(?<text>[^`]+)`/gu;

/** `npm start -- …` passes its words on to `tutti demo`. */
const asTutti = (line: string): string =>
  line.replace(/^npm (?:run )?start(?: --silent)? --(?= )/u, "tutti demo");

const isCommandLine = (line: string): boolean => /^tutti +[a-z-]/u.test(line);
const isUsage = (line: string): boolean => line.endsWith(" [options]");

/** Each as one line, without a comment. */
export function commandLines(page: string): string[] {
  const blocks = [...page.matchAll(FENCE)].map((match) => match.groups?.["text"] ?? "");
  const prose = page.replaceAll(FENCE, "");
  const texts = [...prose.matchAll(INDENTED), ...prose.matchAll(SPAN)].map(
    (match) => match.groups?.["text"] ?? "",
  );
  const lines = blocks.flatMap((block) => block.split("\n")).concat(texts);
  return lines
    .map((line) =>
      line
        .replace(/\s+#.*$/u, "")
        .replaceAll(/\s+/gu, " ")
        .trim(),
    )
    .map((line) => asTutti(line.replace(/^.*\$\(/u, "")))
    .filter((line) => isCommandLine(line) && !isUsage(line));
}

/** Words of a command line as a shell would split it, up to where a shell does more. */
const wordsOf = (line: string): string[] => {
  const [inside = ""] = line.slice(line.indexOf("tutti ")).split(/ (?:[<>|]|&&)|\)/u);
  return [...inside.matchAll(/"([^"]*)"|(\S+)/gu)].map((match) => match[1] ?? match[2] ?? "");
};

/** Whether the command is there, has every option of the line, and takes as many arguments. */
export const isUnderstood = (line: string): boolean => {
  const found = findCommand(wordsOf(line).slice(1));
  if (found === null) return false;
  const isGroup = found.spec.commands !== undefined && found.rest.some((word) => /^\w/u.test(word));
  if (isGroup) return false;
  try {
    parseInput(found);
    return true;
  } catch {
    return false;
  }
};

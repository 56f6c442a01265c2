/** Remembered answers of each project: one readable file, which people may edit or delete. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ProjectId, RememberedAnswer, TuttiError } from "@tutti/protocol";
import { z } from "zod";
import type { ProjectAnswers } from "../engine/ports/answers.ts";
import { writeFileAtomic } from "../platform/atomic-file.ts";
import { ensurePrivateFolder } from "../platform/paths.ts";

/** The oldest go first. */
const ANSWERS_MAX = 500;

const Answers = z.array(RememberedAnswer);

const readText = (file: string): string | null => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
};

const parse = (text: string, file: string): readonly RememberedAnswer[] => {
  try {
    return Answers.parse(JSON.parse(text));
  } catch (cause) {
    throw new TuttiError("answers.damaged", `${file} is not what Tutti wrote.`, { cause });
  }
};

export const openProjectAnswers = (folder: string): ProjectAnswers => {
  const fileOf = (project: ProjectId): string => join(folder, `${project}.json`);
  const of = (project: ProjectId): readonly RememberedAnswer[] => {
    const file = fileOf(project);
    const text = readText(file);
    return text === null ? [] : parse(text, file);
  };
  return {
    of,
    add: (project, answer) => {
      ensurePrivateFolder(folder);
      const all = [...of(project), answer].slice(-ANSWERS_MAX);
      writeFileAtomic(fileOf(project), `${JSON.stringify(all, null, 2)}\n`);
    },
  };
};

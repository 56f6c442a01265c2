import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProjectId, type RememberedAnswer } from "@tutti/protocol";
import { afterAll, expect, test } from "vitest";
import { openProjectAnswers } from "../../src/store/project-answers.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-answers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROJECT = ProjectId.parse("p-0123456789abcdef");
const answer = (command: string): RememberedAnswer => ({
  title: "a command",
  facts: { tool: "execute", paths: [], command },
  answer: "allow",
  by: "ada",
  at: 1,
  about: null,
});

test("answers of a project are there again for the next daemon, and for no other project", () => {
  const answers = openProjectAnswers(join(folder, "a"));
  expect(answers.of(PROJECT)).toEqual([]);
  answers.add(PROJECT, answer("npm test"));
  answers.add(PROJECT, answer("npm run lint"));
  const again = openProjectAnswers(join(folder, "a"));
  expect(again.of(PROJECT)).toEqual([answer("npm test"), answer("npm run lint")]);
  expect(again.of(ProjectId.parse("p-fedcba9876543210"))).toEqual([]);
  const [file = ""] = readdirSync(join(folder, "a"));
  expect(statSync(join(folder, "a", file)).mode & 0o777).toBe(0o600);
});

test("only the newest five hundred are kept", () => {
  const answers = openProjectAnswers(join(folder, "b"));
  answers.add(PROJECT, answer("first"));
  const many = Array.from({ length: 500 }, (_, index) => answer(`${index}`));
  writeFileSync(join(folder, "b", `${PROJECT}.json`), JSON.stringify(many));
  answers.add(PROJECT, answer("last"));
  expect(answers.of(PROJECT)).toHaveLength(500);
  expect(answers.of(PROJECT).at(-1)).toEqual(answer("last"));
});

test("a file that is spoiled is named, and allows nothing", () => {
  const answers = openProjectAnswers(join(folder, "c"));
  answers.add(PROJECT, answer("npm test"));
  const file = join(folder, "c", `${PROJECT}.json`);
  writeFileSync(file, '[{"answer":"allow"}]');
  const damaged = expect.objectContaining({
    code: "answers.damaged",
    message: expect.stringContaining(file),
  });
  expect(() => answers.of(PROJECT)).toThrow(damaged);
  expect(() => answers.add(PROJECT, answer("npm test"))).toThrow(damaged);
});

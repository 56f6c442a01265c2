import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  builtInPlace,
  folderPlace,
  listWorkflows,
  openWorkflow,
  resolveWorkflow,
} from "../../src/workflows/resolve.ts";
import { source } from "./source.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-workflows-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const places = () => [
  folderPlace("project", join(folder, "project")),
  folderPlace("user", join(folder, "user")),
  builtInPlace(),
];
const write = async (place: string, name: string, text: string): Promise<void> => {
  await mkdir(join(folder, place), { recursive: true });
  await writeFile(join(folder, place, `${name}.md`), text);
};

const originOfQuick = async () => (await resolveWorkflow("quick", places()))?.origin;

test("the nearest file wins: the repository's, then the user's, then the built-in one", async () => {
  expect(await originOfQuick()).toBe("built-in");
  await write("user", "quick", "user's");
  expect(await originOfQuick()).toBe("user");
  await write("project", "quick", "project's");
  expect(await originOfQuick()).toBe("project");
});

test("a list names every workflow once, from where it is nearest", async () => {
  await write("project", "quick", "own");
  await write("user", "release", "own");
  const found = await listWorkflows(places());
  expect(found.map(({ name, origin }) => [name, origin])).toEqual([
    ["fix-bug", "built-in"],
    ["quick", "project"],
    ["release", "user"],
    ["spec-first", "built-in"],
  ]);
});

test("a name that is a path finds nothing outside its folder", async () => {
  await write("", "secret", "x");
  for (const name of ["../secret", "..", "/etc/passwd", "a/b", ""])
    expect(await resolveWorkflow(name, places())).toBeNull();
});

test("an unknown name says what was meant", async () => {
  const error = await openWorkflow("spec-frist", { places: places() }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(TuttiError);
  expect(error).toMatchObject({
    code: "workflow.unknown",
    message: "There is no workflow `spec-frist`. Did you mean `spec-first`?",
  });
});

test("an invalid file is refused with every problem, each on its line", async () => {
  await write(
    "project",
    "sample",
    source({ merge: "## Step: merge\n```yaml\nkind: merge\nneeds: [nobody]\nmore: 1\n```\n" }),
  );
  const error = await openWorkflow("sample", { places: places() }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ code: "workflow.invalid" });
  expect(String(error)).toMatch(/project\/sample\.md:\d+: error: `more` is not a key/u);
});

test("a valid file of the repository opens", async () => {
  await write("project", "sample", source());
  expect((await openWorkflow("sample", { places: places() })).workflow.steps).toHaveLength(5);
});

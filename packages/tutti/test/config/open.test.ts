import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openConfig } from "../../src/config/open.ts";
import { configRules } from "../../src/config/project-rules.ts";
import { readHost } from "../../src/platform/tool-places.ts";

test("a project without a configuration is told to write one", () => {
  expect(() => openConfig({ project: null, user: null })).toThrow(
    expect.objectContaining({ code: "config.missing" }),
  );
});

test("every problem of an invalid file is in the one error, as FILE:LINE", () => {
  const project = { file: ".tutti/config.yaml", text: "role: 1\nchekcs: 2\n" };
  expect(() => openConfig({ project, user: null })).toThrow(
    expect.objectContaining({
      code: "config.invalid",
      message:
        ".tutti/config.yaml:1: error: `role` is not a key of this file. Did you mean `roles`?\n" +
        ".tutti/config.yaml:2: error: `chekcs` is not a key of this file. Did you mean `checks`?",
    }),
  );
});

const documents = async (): Promise<string> => "sandbox: { read: [~/Documents] }\n";

test("a run is refused for a folder that a repository shows and the user does not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tutti-config-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "Documents"));
  const userFile = join(folder, "config.yaml");
  const rules = configRules({ userFile, host: readHost({ HOME: folder }) });
  await expect(rules.config(documents)).rejects.toMatchObject({ code: "config.invalid" });
  await expect(rules.agent("alto", documents)).rejects.toMatchObject({ code: "config.invalid" });
  await writeFile(userFile, `sandbox: { read: [${folder}/Documents] }\n`);
  expect((await rules.config(documents)).config.sandbox.read).toContain("~/Documents");
});

test("the user's file is read anew for each run and names itself in its problems", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tutti-config-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const userFile = join(folder, "config.yaml");
  const { config } = configRules({ userFile, host: readHost({ HOME: folder }) });
  const project = "roles: { author: alto }\n";
  const read = () => config(async () => project);
  await expect(read()).rejects.toMatchObject({ code: "config.invalid" });
  await writeFile(userFile, "agents: { alto: { command: [alto], family: x } }\n");
  expect(await read()).toMatchObject({ config: { agents: { alto: { command: ["alto"] } } } });
  await writeFile(userFile, "agnets: {}\n");
  await expect(read()).rejects.toThrow(`${userFile}:1: error:`);
});

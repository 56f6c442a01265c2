/** A run that another version stored is opened, shown as it was, and finished. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { conduct, createDaemon, ended } from "../fixtures/daemon.ts";
import { openStage, type Stage, STORED, storedFile } from "../fixtures/stored-run/stage.ts";

/** Every version whose run was kept. */
const VERSIONS = readdirSync(STORED)
  .filter((name) => name.endsWith(".tar.gz"))
  .map((name) => name.slice(0, -".tar.gz".length));

const openStored = (version: string): Stage => {
  const stage = openStage();
  execFileSync("tar", ["-xzf", storedFile(version), "-C", stage.folder, "--no-same-owner"]);
  return stage;
};

const onlyRun = async ({ client }: ReturnType<typeof createDaemon>) => {
  const { items } = await client.runs();
  expect(items).toHaveLength(1);
  return await client.run(items[0]?.id ?? "");
};

it("a run was kept for the first version", () => {
  expect(VERSIONS).toContain("0.1.0");
});

describe.for(VERSIONS)("a run that %s stored", (version) => {
  it("waits for its approval, and is merged after it", async () => {
    using stage = openStored(version);
    const base = stage.git("rev-parse", "main");
    await using daemon = createDaemon(stage, stage.daemon);
    const waiting = await onlyRun(daemon);
    expect(waiting.base.commit).toBe(base);
    expect(waiting.attention.map(({ kind, step }) => [kind, step])).toEqual([
      ["approval", "approve-spec"],
    ]);
    expect(await daemon.client.artifact(waiting.run, "spec.md")).toContain("# Sum");
    const view = await conduct(daemon.client, waiting.run);
    expect([view.outcome, view.attention]).toEqual(["merged", []]);
    await ended(daemon.client, view.run);
    expect(stage.git("show", "main:sum.mjs")).toContain("values.length === 0");
    expect(stage.git("log", "-1", "--format=%B")).toContain(`Tutti-Run: ${view.run}`);
    expect(stage.git("status", "--porcelain")).toBe("");
  });

  it("is the same when its document is folded again from its events", async () => {
    using stage = openStored(version);
    const read = async () => {
      await using daemon = createDaemon(stage, stage.daemon);
      return await onlyRun(daemon);
    };
    const before = await read();
    {
      using store = new DatabaseSync(join(stage.folder, "data/tutti.db"));
      store.exec("DELETE FROM documents");
    }
    expect(await read()).toEqual(before);
  });

  it("goes on when its workspace is gone", async () => {
    using stage = openStored(version);
    execFileSync("rm", ["-rf", join(stage.folder, "data/runs")]);
    mkdirSync(join(stage.folder, "data/runs"));
    await using daemon = createDaemon(stage, stage.daemon);
    const { run } = await onlyRun(daemon);
    expect((await conduct(daemon.client, run)).outcome).toBe("merged");
  });
});

/** A real sandbox, a real folder and a blob store in memory for what verification runs. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CheckConfig, Sha256, type Reproduction } from "@tutti/protocol";
import { onTestFinished } from "vitest";
import type { Place } from "../../src/engine/ports/place.ts";
import { createVerification } from "../../src/verification/verification.ts";
import { createSandbox } from "../../src/workspace/sandbox/sandbox.ts";

export type Rig = ReturnType<typeof makeRig>;

const COMMIT = "c".repeat(40);

/** `none` runs the same code without the fence, which takes a tenth of the time. */
export function makeRig(
  files: Record<string, string> = {},
  isolation: Place["isolation"] = "none",
) {
  const folder = mkdtempSync(join(tmpdir(), "tutti-verification-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, "tree");
  const home = join(folder, "home");
  for (const path of [root, home]) mkdirSync(path);
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);

  const blobs = new Map<string, Uint8Array>();
  const verification = createVerification({
    sandbox: createSandbox({ dataFolder: join(folder, "data") }),
    putBlob: async (bytes) => {
      const hash = Sha256.parse(createHash("sha256").update(bytes).digest("hex"));
      blobs.set(hash, bytes);
      return hash;
    },
  });
  const stop = new AbortController();
  const options = { place: placeAt(root, home, isolation), owner: "test", signal: stop.signal };
  const check = (
    config: Partial<CheckConfig> & { run: string },
    onOutput?: (text: string) => void,
  ) =>
    verification.runCheck(
      { ...CheckConfig.parse({ run: config.run }), ...config, name: "test" },
      onOutput === undefined ? options : { ...options, onOutput },
    );
  const prove = (
    reproduction: Partial<Reproduction> & { run: string },
    { times = 1, timeoutMs = 20_000 } = {},
  ) =>
    verification.runProof(
      { id: "p1", reproduction: { files: [], ...reproduction } },
      { ...options, commit: COMMIT, times, timeoutMs },
    );
  /** What one run of a reproduction decided. */
  const outcome = async (reproduction: Partial<Reproduction> & { run: string }) =>
    (await prove(reproduction)).runs[0]?.outcome;
  return { folder, root, write, blobs, verification, options, stop, check, prove, outcome };
}

function placeAt(root: string, home: string, isolation: Place["isolation"]): Place {
  const node = dirname(dirname(process.execPath));
  return {
    root,
    mounts: [
      { source: node, target: node, access: "read-only" },
      { source: root, target: root, access: "writable" },
      { source: home, target: home, access: "writable" },
    ],
    env: { PATH: `${join(node, "bin")}:/usr/local/bin:/usr/bin:/bin`, HOME: home },
    artifacts: home,
    maxBytes: 1 << 30,
    tmpBytes: 64 << 20,
    isolation,
  };
}

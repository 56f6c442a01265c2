/** Plays a sample's states on a real folder with its real tests, without a daemon. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Files, Sample } from "../../src/demo/samples/sample.ts";

type Ran = { readonly code: number | null; readonly stdout: string };

export type Play = {
  readonly root: string;
  readonly lay: (files: Files) => void;
  readonly check: () => Ran;
  /** The reproduction of the rival, laid over the tree. */
  readonly reproduce: () => Ran;
  readonly [Symbol.dispose]: () => void;
};

export function play(sample: Sample): Play {
  const root = mkdtempSync(join(tmpdir(), "tutti-sample-"));
  const env = {
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: root,
  };
  const lay = (files: Files): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  };
  const sh = (command: string): Ran => {
    const { status, stdout } = spawnSync("sh", ["-c", command], {
      cwd: root,
      env,
      encoding: "utf8",
      timeout: 30_000,
    });
    return { code: status, stdout };
  };
  lay(sample.files);
  if (sample.dependencies !== null)
    cpSync(join(sample.dependencies, "node_modules"), join(root, "node_modules"), {
      recursive: true,
    });
  const { files, run } = sample.claim.reproduction;
  return {
    root,
    lay,
    check: () => sh(sample.check),
    reproduce: () => {
      lay(Object.fromEntries(files.map(({ path, content }) => [path, content])));
      return sh(run);
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

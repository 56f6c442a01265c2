// `npm run pictures`: drives the command center in a browser as its tests do, and keeps what they saw of
// some screens in docs/pictures. Look at them before you commit them.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root, stop } from "./output.mjs";

/** Pictures that the tests take → their names in the documentation. */
const kept = {
  "needs-you": "needs-you",
  "run-overview": "run",
  "run-diff": "diff",
  "run-findings": "findings",
  "phone-merge": "phone",
};

const tests = ["test/browser/golden-path.test.ts", "test/browser/run.test.ts"];
const { status } = spawnSync(
  process.execPath,
  [join(root, "scripts/test.mjs"), "browser", ...tests],
  { cwd: root, stdio: ["ignore", 2, 2] },
);
if (status !== 0) stop("the tests did not pass, so no picture was kept.");
mkdirSync(join(root, "docs/pictures"), { recursive: true });
for (const [name, shown] of Object.entries(kept))
  copyFileSync(join(root, `.cache/pictures/${name}.png`), join(root, `docs/pictures/${shown}.png`));

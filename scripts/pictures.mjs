// `npm run pictures`: drives the command center in a browser as its tests do, and keeps what they saw of
// some screens in docs/pictures. Every screen in each of its states, in both themes and three widths, is
// then in .cache/pictures/screens. Look at them before you commit.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root, stop } from "./output.mjs";

/** Pictures that the tests take → their names in the documentation. */
const kept = {
  "needs-you-open-light-desk": "needs-you",
  "board-light-desk": "board",
  "fleet-dark-desk": "fleet",
  "run-overview-light-desk": "run",
  "run-diff-light-desk": "diff",
  "run-findings-dark-desk": "findings",
  "needs-you-open-light-phone": "phone",
};

const test = "test/browser/screens.test.ts";
const { status } = spawnSync(process.execPath, [join(root, "scripts/test.mjs"), "browser", test], {
  cwd: root,
  stdio: ["ignore", 2, 2],
  env: { ...process.env, TUTTI_PICTURES: "all" },
});
if (status !== 0) stop("the tests did not pass, so no picture was kept.");
mkdirSync(join(root, "docs/pictures"), { recursive: true });
for (const [name, shown] of Object.entries(kept))
  copyFileSync(
    join(root, `.cache/pictures/screens/${name}.png`),
    join(root, `docs/pictures/${shown}.png`),
  );

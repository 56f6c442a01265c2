// `npm run pictures`: drives the command center in a browser as its tests do, and keeps what they saw of
// some screens in docs/pictures. Every screen in each of its states, in both themes and three widths, is
// then in .cache/pictures/screens. Look at them before you commit.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root, stop } from "./output.mjs";

/** Pictures that the tests take → their names in the documentation. */
const kept = {
  "screens/needs-you-open-light-desk": "needs-you",
  "screens/board-light-desk": "board",
  "screens/fleet-dark-desk": "fleet",
  "screens/run-overview-light-desk": "run",
  "screens/run-graph-light-desk": "graph",
  "screens/run-diff-light-desk": "diff",
  "screens/run-findings-dark-desk": "findings",
  "terminal-writes": "terminal",
  "screens/landings-light-desk": "merge-train",
  "screens/settings-light-desk": "settings",
  "screens/keys-light-desk": "keys",
  "screens/needs-you-open-light-phone": "phone",
};

const tests = ["test/browser/screens.test.ts", "test/browser/terminal.test.ts"];
const { status } = spawnSync(
  process.execPath,
  [join(root, "scripts/test.mjs"), "browser", ...tests],
  {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, TUTTI_PICTURES: "all" },
  },
);
if (status !== 0) stop("the tests did not pass, so no picture was kept.");
mkdirSync(join(root, "docs/pictures"), { recursive: true });
for (const [name, shown] of Object.entries(kept))
  copyFileSync(join(root, `.cache/pictures/${name}.png`), join(root, `docs/pictures/${shown}.png`));

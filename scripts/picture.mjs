// `npm run picture`: plays the sample and draws what the program printed as docs/run.svg, line by
// line, in the README's light and dark colours. The terminal's own bytes are the only source.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { root, say } from "./output.mjs";
import { runtime } from "./runtime.mjs";
import { ensureSystem } from "./system.mjs";

const COLUMNS = 82;
const CHARACTER_WIDTH = 7.83;
const LINE_HEIGHT = 18;
const MARGIN = 20;
/** Lines of the run itself; what comes after is advice to the reader of a terminal. */
const LAST_LINE = /^\s*● author and reviewer are of different families/u;

/** SGR codes that the program uses, as classes. */
const CLASSES = { 1: "strong", 2: "quiet", 33: "waiting", 34: "running", 35: "refused", 36: "ok" };

ensureSystem();
ensureDependencies();
const { stderr, status } = spawnSync(
  runtime(),
  [join(root, "packages/tutti/bin/tutti.mjs"), "demo", "--once"],
  { encoding: "utf8", env: { ...process.env, FORCE_COLOR: "1", COLUMNS: String(COLUMNS) } },
);
if (status !== 0) {
  process.stderr.write(stderr);
  process.exit(1);
}
const lines = cut(stderr.split("\n"));
writeFileSync(join(root, "docs/run.svg"), draw(lines));
say(`docs/run.svg: ${lines.length} lines`);

function cut(all) {
  const first = all.findIndex((line) => /The task/u.test(line));
  const last = all.findIndex((line) => LAST_LINE.test(plain(line)));
  return all.slice(first, last + 1).map((line) => line.replaceAll(/\/\S*\/samples\//gu, "…/"));
}

function plain(line) {
  // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
  return line.replaceAll(/\u001B\[[\d;]*m/gu, "");
}

/** Pieces of a line with the class of each. */
function pieces(line) {
  const found = [];
  let classes = "";
  // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
  for (const part of line.split(/(\u001B\[[\d;]*m)/u)) {
    // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
    const code = /^\u001B\[([\d;]*)m$/u.exec(part)?.[1];
    if (code === undefined) {
      if (part !== "") found.push({ text: part, classes });
    } else {
      classes = code
        .split(";")
        .flatMap((one) => CLASSES[one] ?? [])
        .join(" ");
    }
  }
  return found;
}

function escapeText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function draw(all) {
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN);
  const height = all.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = all.map((line, index) => {
    const spans = pieces(line).map(({ text, classes }) =>
      classes === "" ? escapeText(text) : `<tspan class="${classes}">${escapeText(text)}</tspan>`,
    );
    return `<text xml:space="preserve" x="${MARGIN}" y="${MARGIN + (index + 0.8) * LINE_HEIGHT}">${spans.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A run of the sample, from the task to the verified merge">
<style>
svg { background: #fbfbfc }
rect { fill: #fbfbfc }
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #24262d }
.strong { font-weight: 600 }
.quiet { fill: #63666f }
.ok { fill: #00707a }
.running { fill: #2557b8 }
.waiting { fill: #8a5a00 }
.refused { fill: #97288c }
@media (prefers-color-scheme: dark) {
svg { background: #17181c }
rect { fill: #17181c }
text { fill: #dfe1e6 }
.quiet { fill: #979ba6 }
.ok { fill: #4fc3cd }
.running { fill: #82aaf7 }
.waiting { fill: #e5b454 }
.refused { fill: #e08ad6 }
}
</style>
<rect width="${width}" height="${height}" rx="4"/>
${rows.join("\n")}
</svg>
`;
}

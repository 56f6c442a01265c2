/** Diff review: reading a change by keys, saying what is wrong with it, and approving what was seen. */
import type { RunId } from "@tutti/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Script } from "../../../packages/tutti/src/agents/scripted/script.ts";
import {
  openBrowser,
  openContext,
  takePicture,
  violationsOf,
  WIDTHS,
} from "../../fixtures/browser.ts";
import {
  type Answer,
  conduct,
  createDaemon,
  type Daemon,
  proceed,
  startRun,
} from "../../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET, type Project } from "../../fixtures/project.ts";
import { signIn } from "../../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const line = (at: number, word = "keep"): string =>
  `export const ${word}${at} = (value: number): string => String(value + ${at});`;
const linesOf = (count: number, word?: string): string =>
  Array.from({ length: count }, (_, at) => `${line(at, word)}\n`).join("");

const FILES = {
  "src/parse.ts": linesOf(60),
  "src/old.ts": linesOf(5),
  "docs/guide.md": "# Guide\n",
  "מדריך.txt": "one\n",
};

type Actions = Script["turns"][number]["do"];

/** The author of the fixtures, who also changes what a reviewer should see. */
const authorOf = (more: Actions): Script => ({
  ...AUTHOR,
  turns: AUTHOR.turns.map((turn) =>
    turn.step === "build[P1]" ? { ...turn, do: [...turn.do, ...more] } : turn,
  ),
});

const CHANGE: Actions = [
  { do: "patch", path: "src/parse.ts", find: "value + 10)", replace: "value - 10)" },
  { do: "rename", from: "src/old.ts", to: "src/new.ts" },
  {
    do: "write",
    path: "docs/guide.md",
    content: `# Guide\n\n${"A very long line. ".repeat(60)}\n`,
  },
  { do: "write", path: "מדריך.txt", content: "שתיים\n" },
];

const projectOf = (more: Actions, files: Readonly<Record<string, string>> = FILES): Project =>
  createProject({
    agents: { ...DUET, alto: { family: "anthropic", script: authorOf(more) } },
    files,
  });

/** Everything but the last word about the change. */
const untilTheChange: Answer = (item) => (item.step === "approve-merge" ? null : proceed(item));

const changed = async (daemon: Daemon, project: Project): Promise<RunId> => {
  const run = await startRun(daemon.client, project);
  const view = await conduct(daemon.client, run, untilTheChange);
  expect(view.attention.map(({ step }) => step)).toEqual(["approve-merge"]);
  return run;
};

const list = (page: Page) => page.getByRole("region", { name: "Changes" });

it("a change is read by keys, commented on, and goes back to the author as one request", async () => {
  using project = projectOf(CHANGE);
  await using daemon = createDaemon(project);
  const run = await changed(daemon, project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, `/runs/${run}/diff`);
  await list(page).getByText("alto · build[P1] #1 · R1").first().waitFor();
  const files = page.getByRole("navigation", { name: "Files of the change" });
  expect(await files.getByRole("heading").allTextContents()).toEqual(["Source 3", "Docs 2"]);
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "diff-light");

  // What the palette finds in the change that is open is gone to.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("guide.md");
  await page.getByRole("option", { name: /^docs\/guide\.md/u }).click();
  await page.waitForURL(/file=docs%2Fguide\.md/u);
  await page.keyboard.press("v");
  await page.getByRole("button", { name: "Unfold docs/guide.md" }).waitFor();
  await page.keyboard.press("v");
  await page.getByText("0 of 5 viewed").waitFor();
  await page.keyboard.press("[");
  await page.keyboard.press("[");
  await page.waitForURL(/file=src%2Fparse\.ts/u);
  await page.keyboard.press("j");
  await page.keyboard.press("y");
  await page.getByText(/^The link to the hunk at line \d+ of src\/parse\.ts is copied/u).waitFor();
  await page.keyboard.press("c");
  const field = page.getByLabel("Comment on src/parse.ts:11");
  await field.press("Control+v");
  await expect
    .poll(() => field.inputValue())
    .toMatch(/\/diff\?from=\w+&to=\w+&file=src%2Fparse\.ts&at=h\d+$/u);
  const link = await field.inputValue();
  await field.fill("Nobody asked for a minus.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("1 comment in your draft").waitFor();
  await page.keyboard.press("v");
  await page.getByText("1 of 5 viewed").waitFor();
  await page.keyboard.press("s");
  await page.waitForURL(/view=split/u);
  await page.reload();
  await page.getByText("1 comment in your draft").waitFor();
  await page.getByRole("button", { name: "Unfold src/parse.ts" }).click();
  await list(page).getByText("Nobody asked for a minus.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "diff-split-comment");

  // A link leads to its line, also into a file that is folded because it was viewed.
  const other = await context.newPage();
  await other.goto(link.replace(/at=h\d+/u, "at=n11"));
  const marked = list(other).locator("[aria-current=location]");
  await marked.getByText("value - 10)").waitFor();
  await list(other).and(other.locator(":focus")).waitFor();
  await other.goto(link.replace(/at=h\d+/u, "at=n1000"));
  await other.getByText("names line 1000 of src/parse.ts, which is not in this change").waitFor();
  await other.close();

  await page.keyboard.press("x");
  await page.getByText("Sent to the author as one change request.").waitFor();
  expect(await page.getByText("in your draft").count()).toBe(0);
  const refused = await daemon.client.eventsOf(run, { after: 0, limit: 200 });
  const said = refused.flatMap(({ body }) => (body.type === "approval.refused" ? [body] : []));
  expect(said).toMatchObject([
    {
      step: "approve-merge",
      answer: "changes",
      comment: `src/parse.ts:11\n> ${line(10).replace("+", "-")}\nNobody asked for a minus.`,
    },
  ]);
  expect(context.foreign).toEqual([]);
});

it("a conflict is told before it happens; an approval keeps what was seen", async () => {
  using project = projectOf(CHANGE);
  await using daemon = createDaemon(project);
  const run = await changed(daemon, project);
  project.commit({ "docs/guide.md": "# Another guide\n\nShort.\n" }, "meanwhile");
  await using context = await openContext(browser, { theme: "dark" });
  const page = await context.newPage();
  // Wherever one answers, and where a file that one wants to see is read.
  await signIn(page, daemon, "/");
  await page.getByRole("button", { name: "Approve the merge into main" }).click();
  await page.getByText("1 file would conflict").waitFor();
  await page.getByRole("link", { name: "src/parse.ts" }).click();
  await page.waitForURL(/\/diff\?file=src%2Fparse\.ts/u);
  await page.getByText("1 file would conflict").waitFor();
  await page.getByText("You have seen").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "diff-dark");

  // Nothing is counted that was not on screen: the last file is, once it is opened.
  await page.getByRole("navigation", { name: "Files of the change" }).getByText("guide.md").click();
  await page.getByText(/You have seen 5 of 5 files, \d of 4 hunks/u).waitFor();
  await expect.poll(async () => (await daemon.client.seen(run)).files.length).toBe(5);
  await using elsewhere = await openContext(browser);
  const other = await elsewhere.newPage();
  await signIn(other, daemon, `/runs/${run}/diff`);
  await other.getByText("You have seen 5 of 5 files").waitFor();
  await page.keyboard.press("p");
  await page.getByText(/approved approve-merge and had seen 5 of 5 files/u).waitFor();
  const { approvals } = await daemon.client.run(run);
  expect(approvals.at(-1)?.seen).toMatchObject({ files: 5, of: { files: 5, hunks: 4 } });
  expect((await daemon.tutti(["show", run])).stdout).toContain("who had seen 5 of 5 files");
});

it("a phone shows the same, each attempt by itself too, and says so where nothing is changed", async () => {
  using project = projectOf(CHANGE);
  await using daemon = createDaemon(project);
  const run = await changed(daemon, project);
  await using context = await openContext(browser, { width: WIDTHS.phone });
  const page = await context.newPage();
  const origin = await signIn(page, daemon, `/runs/${run}/diff`);
  await list(page).getByText("Renamed without a change.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await list(page).getByRole("button", { name: "Send back hunk" }).first().waitFor();
  await takePicture(page, "diff-phone");
  const shown = page.getByRole("combobox", { name: "Show" });
  expect(await shown.getByRole("option").allTextContents()).toEqual([
    "All changes since the base",
    "build[P1], attempt 1",
    "build[fix-1], attempt 1",
  ]);

  await shown.selectOption("build[P1], attempt 1");
  await page.waitForURL(/from=\w+&to=\w+/u);
  const first = new URL(page.url()).searchParams.get("to");
  await page.getByText("5 files", { exact: true }).waitFor();
  await shown.selectOption("build[fix-1], attempt 1");
  await page.getByText("1 file", { exact: true }).waitFor();
  await page.goto(`${origin}/runs/${run}/diff?from=${first}&to=${first}`);
  await page.getByText("Nothing is changed between these commits.").waitFor();
});

/** A page of a loaded machine may miss frames; a page that builds all of it stands still for seconds. */
const STILL_MS = 1000;

/** Scrolls through all of the list, a little and a lot at a time; run by the page. */
const SCROLL = `(async () => {
  const box = document.querySelector('section[aria-label="Changes"]');
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const facts = { longestMs: 0, most: 0 };
  let last = await frame();
  for (let step = 1; step <= 120; step += 1) {
    box.scrollTop += step % 3 === 0 ? box.scrollHeight / 60 : 300;
    const now = await frame();
    facts.longestMs = Math.max(facts.longestMs, now - last);
    facts.most = Math.max(facts.most, box.querySelectorAll("[data-index]").length);
    last = now;
  }
  box.scrollTop = box.scrollHeight;
  return JSON.stringify(facts);
})()`;

it("a file of 100 000 changed lines scrolls, with only what is on screen in the page", async () => {
  const command = `sed -i 's/keep/kept/' src/big.ts`;
  using project = projectOf([{ do: "run", command }], { "src/big.ts": linesOf(50_000) });
  await using daemon = createDaemon(project);
  const run = await changed(daemon, project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, `/runs/${run}/diff`);
  await page.getByText("+50000 −50000").first().waitFor();
  await list(page).getByText(line(0)).waitFor();
  await page.goto(new URL("?file=src%2Fbig.ts&at=n40000", page.url()).href);
  const marked = list(page).locator("[aria-current=location]");
  await marked.getByText(line(39_999, "kept")).waitFor();
  await expect.poll(() => marked.isVisible()).toBe(true);
  await page.goto(new URL("?file=src%2Fbig.ts", page.url()).href);
  await list(page).getByText(line(0)).waitFor();
  const { longestMs, most } = JSON.parse(String(await page.evaluate(SCROLL)));
  await list(page).getByText(line(49_999, "kept")).waitFor();
  expect(most).toBeLessThan(120);
  expect(longestMs).toBeGreaterThan(0);
  expect(longestMs).toBeLessThan(STILL_MS);
});

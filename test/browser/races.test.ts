/** What a person does at the moment at which somebody else does something too. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext } from "../fixtures/browser.ts";
import { type Answer, conduct, createDaemon, proceed, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET } from "../fixtures/project.ts";
import { signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const nothing: Answer = () => null;
const untilTheMerge: Answer = (item) => (item.step === "approve-merge" ? null : proceed(item));
const button = (page: Page, name: RegExp) => page.getByRole("button", { name }).first();

it("words about a specification that is replaced meanwhile approve nothing that was not seen", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project);
  await conduct(daemon.client, run, nothing);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, `/runs/${run}/spec`);
  await button(page, /^Proceed with comments/u).click();
  await page.getByLabel("Comment", { exact: true }).fill("Good, as it is.");
  const spec = await daemon.client.artifact(run, "spec.md");
  await daemon.client.amend(run, { name: "spec.md", text: `${spec}\nAnd everything else.\n` });
  await page.getByText("What is asked has changed since you began.").waitFor();
  await page.keyboard.press("Control+Enter");
  await page
    .getByRole("listitem")
    .getByText(/changed|no longer|another/u)
    .first()
    .waitFor();
  const view = await daemon.client.run(run);
  expect(view.approvals).toEqual([]);
  expect(view.attention.map(({ step }) => step)).toEqual(["approve-spec"]);
});

it("a text that is edited here and replaced elsewhere is neither lost nor written over", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project);
  await conduct(daemon.client, run, nothing);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, `/runs/${run}/spec`);
  const section = page.getByRole("region", { name: "spec.md" });
  await section.getByRole("button", { name: "Edit" }).click();
  const field = page.getByLabel("Text of spec.md");
  await field.fill("# Mine\n");
  await daemon.client.amend(run, { name: "spec.md", text: "# Theirs\n" });
  await section.getByText("It was replaced while you wrote").waitFor();
  expect(await field.inputValue()).toBe("# Mine\n");
  await section.getByRole("button", { name: "Save as mine" }).click();
  await page.getByText("spec.md was changed in the meantime").waitFor();
  expect(await daemon.client.artifact(run, "spec.md")).toBe("# Theirs\n");
  await section.getByRole("button", { name: "Leave as it was" }).click();
  await section.getByRole("heading", { name: "Theirs" }).waitFor();
});

it("a comment that is drafted in another tab is there, and is not overwritten by what this one keeps", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project);
  await conduct(daemon.client, run, untilTheMerge);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const origin = await signIn(page, daemon, `/runs/${run}/diff`);
  await page.getByText("You have seen").waitFor();
  const other = await context.newPage();
  await other.goto(`${origin}/settings`);
  const comment = { path: "sum.mjs", commit: "", side: "new", line: 1, quote: "", text: "Why?" };
  await other.evaluate(
    ([key, drafted]) => {
      const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
      localStorage.setItem(key, JSON.stringify({ ...kept, comments: [drafted] }));
    },
    [`tutti.review.${run}`, { ...comment, id: "c-1" }] as const,
  );
  await page.bringToFront();
  await page.getByText("1 comment in your draft").waitFor();
  await page.keyboard.press("v");
  await page.getByText(/^1 of \d+ viewed/u).waitFor();
  await page.reload();
  await page.getByText(/^1 of \d+ viewed/u).waitFor();
  expect(await page.getByText("1 comment in your draft").count()).toBe(1);
});

it("a description that is longer than what the browser keeps stays in its field", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, "/new");
  await page.getByLabel("Task", { exact: true }).waitFor();
  const field = page.locator("textarea");
  // The storage of a page holds five million characters; nearly all of them are taken here.
  await page.evaluate("sessionStorage.setItem('other', 'x'.repeat(5 * 1024 * 1024 - 100))");
  await field.fill("a log of a build\n".repeat(20));
  await field.fill("Make sum([]) return 0");
  expect(await field.inputValue()).toBe("Make sum([]) return 0");
});

it("a task that was refused starts once what is wrong with the project is mended", async () => {
  using project = createProject({ agents: DUET });
  const good = project.git("show", "HEAD:.tutti/config.yaml");
  project.commit({ ".tutti/config.yaml": "agents: 7\n" }, "broken");
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, "/new");
  await page.getByLabel("Project", { exact: true }).fill(project.root);
  await page.getByLabel("Task", { exact: true }).fill("Make sum([]) return 0");
  await button(page, /^Start the task/u).click();
  await page
    .getByRole("alert")
    .getByText(/config/u)
    .first()
    .waitFor();
  project.commit({ ".tutti/config.yaml": `${good}\n` }, "mended");
  await button(page, /^Start the task/u).click();
  await page.waitForURL(/\/runs\/r-/u);
  expect((await daemon.client.runs()).items).toHaveLength(1);
});

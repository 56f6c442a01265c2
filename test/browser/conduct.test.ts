/** Conducting from the command center: answers on a phone, the board, the fleet, the palette. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext, violationsOf, WIDTHS } from "../fixtures/browser.ts";
import { conduct, createDaemon, happened, proceed, startRun } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET, RIVAL } from "../fixtures/project.ts";
import { signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** A finger's width, less what rounding takes. */
const TOUCH_PX = 43.5;
const SPEC = "Approve spec.md and contract.yaml";

/** Goes to a screen by keys, once the page takes them. */
const go = async (page: Page, key: string): Promise<void> => {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press(key);
};

it("an approval is given with a finger on a phone, and a refusal needs its words", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project);
  await using context = await openContext(browser, { width: WIDTHS.phone, height: 800 });
  const page = await context.newPage();
  await signIn(page, daemon);
  await page.getByRole("button", { name: SPEC }).click();
  const panel = page.getByRole("region", { name: SPEC });
  const ask = panel.getByRole("button", { name: "Ask for changes" });
  await ask.click();
  await panel.getByLabel("Comment").waitFor();
  await ask.click();
  await page.getByText("Some words are needed.").waitFor();
  await panel.getByLabel("Comment").fill("Say what happens with strings.");
  await ask.click();
  await panel.waitFor({ state: "detached" });
  await happened(
    daemon.client,
    run,
    ({ body }) =>
      body.type === "approval.refused" && body.comment === "Say what happens with strings.",
  );
  await page.getByRole("button", { name: SPEC }).waitFor();
  const buttons = await page.getByRole("button").all();
  const boxes = await Promise.all(buttons.map((button) => button.boundingBox()));
  const heights = boxes.flatMap((box) => (box === null ? [] : [box.height]));
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(TOUCH_PX);
});

it("the board shows each task where the daemon puts it, and the address holds what is filtered", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const { client } = daemon;
  await conduct(client, await startRun(client, project, { text: "Merge me" }));
  await conduct(client, await startRun(client, project, { text: "Wait for the merge" }), (item) =>
    item.asks.startsWith("Approve the merge") ? null : proceed(item),
  );
  const hebrew = "סכום של רשימה ריקה";
  await conduct(client, await startRun(client, project, { text: hebrew }), () => null);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon);
  await go(page, "b");
  const column = (name: string) => page.getByRole("region", { name });
  await column("Done").getByRole("link", { name: "Merge me" }).waitFor();
  await column("Ready").getByRole("link", { name: "Wait for the merge" }).waitFor();
  await column("In review").getByRole("link", { name: hebrew }).waitFor();
  await column("Working").getByText("No task here.").waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type("merge");
  await column("In review").getByText("No task here.").waitFor();
  await page.waitForURL(/q=merge/u);
  await page.reload();
  await column("Ready").getByRole("link", { name: "Wait for the merge" }).waitFor();
  expect(await column("In review").getByRole("link").count()).toBe(0);
});

/** By the keyboard: a word to the agent is taken back, mended and given. */
const mendWord = async (page: Page): Promise<void> => {
  const field = page.getByLabel("Say something to the agent");
  const said = page.getByRole("list", { name: "Comments" }).getByRole("listitem");
  await field.fill("Mind the stings.");
  await page.keyboard.press("Control+Enter");
  await said.filter({ hasText: "Mind the stings." }).getByText("waits").waitFor();
  await expect.poll(() => field.inputValue()).toBe("");
  await page.keyboard.press("Shift+Tab");
  expect(await page.locator(":focus").innerText()).toContain("Take back");
  await page.keyboard.press("Enter");
  await said.getByText(/taken back by/u).waitFor();
  expect(await field.inputValue()).toBe("Mind the stings.");
  expect(await page.locator("textarea:focus").count()).toBe(1);
  await field.fill("Mind the strings.");
  await page.keyboard.press("Control+Shift+Enter");
  await said
    .filter({ hasText: "Mind the strings." })
    .getByText(/given at \d/u)
    .waitFor();
  expect(await page.getByRole("button", { name: /^Take back/u }).count()).toBe(0);
  expect(await violationsOf(page)).toEqual([]);
};

it("the fleet shows an agent at work, which is told a word, and all of it is paused and goes on", async () => {
  const text = "I read the sources first.\n";
  const slow = [
    {
      step: "spec",
      prompt: "strings",
      do: [{ do: "say" as const, text }, { do: "hang" as const }],
    },
    { step: "spec", do: [{ do: "stream" as const, text, updates: 6000, everyMs: 200 }] },
  ];
  using project = createProject({
    agents: {
      alto: { family: "anthropic", script: { ...AUTHOR, turns: slow } },
      tenor: { family: "openai", script: RIVAL },
    },
  });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon);
  await go(page, "f");
  await page.getByRole("cell", { name: "I read the sources first." }).waitFor();

  const { origin } = new URL(page.url());
  await page.goto(`${origin}/runs/${run}/transcript`);
  await mendWord(page);
  await page.goto(`${origin}/fleet`);

  await page.getByRole("button", { name: "Pause everything" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pause everything" }).click();
  await page.getByText("1 task is paused.").waitFor();
  expect((await daemon.client.run(run)).state).toBe("paused");
  await page.getByRole("button", { name: "Resume everything" }).click();
  await page.getByText("1 task is paused.").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Stop everything" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop everything" }).click();
  await page.getByText("No agent is working").waitFor();
  const stopped = await daemon.client.run(run);
  expect(stopped).toMatchObject({ state: "paused", outcome: null });
});

it("the palette stops everything from anywhere, a run says what else it asks and what is said of it", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const run = await startRun(client, project, { text: "Look at me" });
  await conduct(client, run, () => null);
  await client.command(run, { kind: "workspace.take" });
  await client.command(run, { kind: "comment.add", on: "run", text: "Mind the strings." });
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, `/runs/${run}`);
  await page.getByRole("list", { name: "Comments" }).getByText("Mind the strings.").waitFor();
  await page.getByLabel("Comment on the run").fill("And the numbers.");
  await page.keyboard.press("Enter");
  await page.getByRole("list", { name: "Comments" }).getByText("And the numbers.").waitFor();

  const { attention } = await client.run(run);
  expect(await page.title()).toBe(`(${attention.length}) Look at me · Tutti`);
  const [, other] = attention;
  await page.getByRole("link", { name: other?.asks ?? "nothing else" }).click();
  await page.getByRole("region", { name: other?.asks ?? "nothing else" }).waitFor();

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("stop every");
  await page.getByRole("option", { name: "Stop everything" }).click();
  await page.waitForURL(/\/fleet\?ask=stop/u);
  await page.getByRole("dialog").getByRole("button", { name: "Leave it" }).click();
  await page.waitForURL(/\/fleet$/u);
  expect((await client.run(run)).state).toBe("waiting");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("stop every");
  await page.getByRole("option", { name: "Stop everything" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop everything" }).click();
  await page.getByText("1 task stopped.").waitFor();
  // It is counted, though what every list says of it is that it waits.
  await page.getByText("1 task is paused.").waitFor();
  // It waits for an answer still, and would not go on with it.
  await page.goto(`${new URL(page.url()).origin}/runs/${run}`);
  await page
    .getByRole("main")
    .getByText(/^paused · /u)
    .waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  expect((await client.run(run)).paused).toBeNull();
});

it("the palette finds a task and a command, the map names every key, and settings hold in this browser", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project, { text: "Find this one" });
  await using context = await openContext(browser);
  const page = await context.newPage();
  const list = Promise.withResolvers<void>();
  await page.route(/\/palette-[^/]*\.js$/u, async (route) => {
    await list.promise;
    await route.continue();
  });
  await signIn(page, daemon);
  await page.getByRole("button", { name: SPEC }).waitFor();
  // What is typed before the list is there is neither lost nor left to the page.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("boa");
  await page.getByText("Reading the list …").waitFor();
  list.resolve();
  await page.keyboard.type("rd");
  await page.getByRole("option", { name: "Board" }).waitFor();
  expect(await page.getByRole("combobox").inputValue()).toBe("board");
  await page.keyboard.press("Escape");
  await page.unroute(/\/palette-[^/]*\.js$/u);
  await page.keyboard.press("Control+k");
  await page.getByRole("option", { name: "Board" }).waitFor();
  const answer = Promise.withResolvers<void>();
  await page.route(/\/search\?/u, async (route) => {
    await answer.promise;
    await route.continue().catch(() => undefined); // the page may have given it up
  });
  await page.keyboard.type("find this");
  await page.getByText("Searching …").waitFor();
  // Nothing is there that it could mean: neither a command, nor a task of the list before.
  await page.keyboard.press("Enter");
  expect(new URL(page.url()).pathname).toBe("/");
  answer.resolve();
  await page.getByRole("option", { name: "Find this one" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(run, "u"));
  await page.unroute(/\/search\?/u);

  await page.route(/\/search\?/u, (route) => route.fulfill({ json: { items: [], isCut: true } }));
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("something old");
  await page.getByText("There may be more").waitFor();
  await page.unroute(/\/search\?/u);
  await page.route(/\/search\?/u, (route) => route.fulfill({ status: 400, json: {} }));
  await page.getByRole("combobox").fill("something refused");
  await page.getByText("The search failed").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).getByText("Needs you").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.keyboard.press("Control+k");
  await page.keyboard.type("tokens of programs");
  await page.getByRole("option", { name: /^Tokens of programs/u }).click();
  await page.waitForURL(/\/settings\?at=tokens/u);
  await page.locator("[aria-current=location]:focus").getByLabel("New token for").waitFor();
  await page.getByText("planner, author").waitFor();
  await page.getByText("run.started").waitFor();
  await page.getByLabel("Dark", { exact: true }).check();
  await page.reload();
  await page.locator('html[data-theme="dark"]').waitFor();
  await page.getByLabel("New token for").fill("a script");
  await page.getByRole("button", { name: "Create the token" }).click();
  const token = await page.getByText(/^tutti_/u).textContent();
  await page.getByRole("button", { name: "Done" }).click();
  await page.reload();
  await page.getByRole("button", { name: "Revoke a script" }).waitFor();
  expect(await page.content()).not.toContain(token);
});

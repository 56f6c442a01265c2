/** Every screen in every look and state: nothing breaks a rule of accessibility, nothing is cut off. */
import type { RunId } from "@tutti/protocol";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import { openBrowser, openContext, WIDTHS } from "../fixtures/browser.ts";
import { conduct, createDaemon, type Daemon, proceed, startRun } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET, type Project } from "../fixtures/project.ts";
import { portOfItsOwn, signIn } from "../fixtures/web.ts";
import { hiddenOf, look, lookAtState, widerIn } from "./look.ts";
import { type Screen, SCREENS } from "./screens.ts";

/** Turns what follows it around: “exe.png” reads as “gnp.exe”. */
const TURN = "\u202E";
const HOSTILE_FILE = `docs/${TURN}gnp.exe.md`;
const NAMED_FILE = "⟨U+202E⟩gnp.exe.md";
const LONG_FILE = `${"a-folder-with-a-name-that-does-not-end/".repeat(4)}file.md`;
const HOSTILE_TITLE = `Mend ${TURN}gnp.exe, סכום של רשימה ריקה, ${"andeverythingthatbelongstoit".repeat(4)}`;

const hostileAuthor: Script = {
  ...AUTHOR,
  turns: AUTHOR.turns.map((turn) =>
    turn.step === "build[P1]"
      ? {
          ...turn,
          do: [
            ...turn.do,
            { do: "write" as const, path: HOSTILE_FILE, content: "one\n" },
            { do: "write" as const, path: LONG_FILE, content: "one\n" },
          ],
        }
      : turn,
  ),
};
const slowAuthor: Script = {
  ...AUTHOR,
  turns: [{ step: "spec", do: [{ do: "say", text: "I read the sources first." }, { do: "hang" }] }],
};

let project: Project;
let daemon: Daemon;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let origin: string;
let run: RunId;

/** Until the last word about the change. */
const prepare = async (text: string): Promise<RunId> => {
  const started = await startRun(daemon.client, project, { text });
  await conduct(daemon.client, started, (item) =>
    item.step === "approve-merge" ? null : proceed(item),
  );
  return started;
};

beforeAll(async () => {
  project = createProject({ agents: DUET });
  daemon = createDaemon(project, { env: await portOfItsOwn() });
  browser = await openBrowser();
  context = await openContext(browser, { reducedMotion: true });
  page = await context.newPage();
  origin = await signIn(page, daemon);
});
afterAll(async () => {
  await browser.close();
  await daemon[Symbol.asyncDispose]();
  project[Symbol.dispose]();
});

/** Run in the page: the routes that show a screen, as its router names them. */
const ROUTES = `Object.values(__TSR_ROUTER__.routesById)
  .filter(({ id, children }) => id !== "__root__" && children === undefined)
  .map(({ id }) => id)`;

const screens = async (): Promise<readonly Screen[]> => {
  const routes = new Set(await page.evaluate<string[]>(ROUTES));
  return SCREENS.filter(({ route }) => route === null || routes.has(route));
};

const visit = async (screen: Screen, onto: Page = page): Promise<void> => {
  await onto.goto(`${origin}${screen.address.replace("$run", run)}`);
  await screen.open?.(onto);
  await screen.sign(onto).waitFor();
};

const EMPTY = [
  { name: "needs-you", address: "/", text: "Nothing needs you" },
  { name: "board", address: "/board", text: "No task" },
  { name: "fleet", address: "/fleet", text: "No agent is working" },
  { name: "new-task", address: "/new", text: "Start the task" },
  { name: "settings", address: "/settings", text: "No key is stored" },
] as const;

it("a screen of which nothing is there yet says so", async () => {
  const broken: string[] = [];
  for (const { name, address, text } of EMPTY) {
    await page.goto(`${origin}${address}`);
    await page.getByRole("main").getByText(text).first().waitFor();
    broken.push(...(await lookAtState(page, `${name}-empty`)));
  }
  expect(broken).toEqual([]);
});

/** Run in the page: a button without a name, and a word that is hardly seen. */
const BREAK_RULES = `document.querySelector("main").insertAdjacentHTML("beforeend",
  '<button type="button"></button><p style="color: #999; background: #aaa">hardly seen</p>')`;

it("what breaks a rule of accessibility is found", async () => {
  await page.goto(`${origin}/`);
  await page.getByRole("main").getByText("Nothing needs you").waitFor();
  await page.evaluate(BREAK_RULES);
  const found = await lookAtState(page, "broken");
  for (const where of ["light-desk", "dark-phone"])
    for (const rule of ["button-name", "color-contrast"])
      expect(found).toContainEqual(expect.stringContaining(`broken-${where}: ${rule}: `));
});

/** Some twenty screens in three looks each. */
const SCREENS_MS = 240_000;

it(
  "every screen keeps the rules of accessibility in both themes, on a desk and on a phone",
  { timeout: SCREENS_MS },
  async () => {
    run = await prepare("Make sum([]) return 0");
    project.script("alto", slowAuthor);
    await startRun(daemon.client, project, { text: "Read the sources of everything" });
    const broken: string[] = [];
    for (const screen of await screens()) {
      await visit(screen);
      broken.push(...(await look(page, screen.name)));
      for (const width of [WIDTHS.small, WIDTHS.phone]) {
        await page.setViewportSize({ width, height: 900 });
        broken.push(...(await hiddenOf(screen.whole?.(page) ?? [])));
      }
      await page.setViewportSize({ width: WIDTHS.desk, height: 900 });
    }
    expect(broken).toEqual([]);
  },
);

it("no screen of the router is left out", async () => {
  const routes = await page.evaluate<string[]>(ROUTES);
  const seen = new Set(SCREENS.map(({ route }) => route));
  expect(routes.length).toBeGreaterThan(10);
  expect(routes.filter((route) => !seen.has(route))).toEqual([]);
});

/** Run in the page: all that is read there, by eyes or by a screen reader. */
const SPOKEN = `[document.title, document.body.innerText, ...[...document.querySelectorAll("*")]
  .flatMap((element) => ["aria-label", "title", "alt", "placeholder"].map((name) => element.getAttribute(name)))]
  .join("\\n")`;

const turned = async (where: string): Promise<readonly string[]> =>
  (await page.evaluate<string>(SPOKEN)).includes(TURN) ? [`${where} turns around`] : [];

const ofOneFile = ({ searchParams }: URL): boolean => searchParams.has("path");

it("names that turn the reading around, or do not end, change nothing around them", async () => {
  project.script("alto", hostileAuthor);
  const hostile = await prepare(HOSTILE_TITLE);
  const broken: string[] = [];
  for (const part of ["/", "/board", `/runs/${hostile}`, `/runs/${hostile}/diff`]) {
    await page.goto(`${origin}${part}`);
    await page
      .getByRole("main")
      .getByText(/Mend|gnp\.exe/u)
      .first()
      .waitFor();
    broken.push(...(await turned(part)));
    broken.push(
      ...(await lookAtState(page, `hostile${part.replaceAll("/", "-").replace(hostile, "run")}`)),
    );
  }
  for (const part of ["", "/diff"]) {
    await page.goto(`${origin}/runs/${hostile}${part}`);
    await page.getByText(NAMED_FILE).first().waitFor();
  }

  await page.route(ofOneFile, () => undefined);
  await page.goto(`${origin}/runs/${hostile}/diff`);
  await page.getByText(`Reading docs/${NAMED_FILE} …`).waitFor();
  broken.push(...(await turned("a file that is read")));
  await page.unroute(ofOneFile);

  project.commit({ [HOSTILE_FILE]: "another one\n" }, "The same name");
  await page.goto(`${origin}/runs/${hostile}/diff`);
  await page.getByText("1 file would conflict").getByText(NAMED_FILE).waitFor();
  const head = page.getByRole("heading", { name: NAMED_FILE });
  await head.locator("..").getByRole("button", { name: "Send back file" }).click();
  await page.getByLabel(`What has to change in docs/${NAMED_FILE}?`).waitFor();
  broken.push(...(await turned("a file that goes back")));
  expect(broken).toEqual([]);
});

const READ = ["/", "/board", "/fleet"] as const;
const READS = (url: URL): boolean =>
  url.pathname.startsWith("/api/v1/") && !/\/(?:session|events)$/u.test(url.pathname);

it("a screen whose answer is awaited says what is read; one that was refused says why, and tries again", async () => {
  const broken: string[] = [];
  for (const address of READ) {
    const name = address === "/" ? "home" : address.slice(1);
    const answers = Promise.withResolvers<void>();
    await page.route(READS, async (route) => {
      await answers.promise;
      await route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: JSON.stringify({
          code: "store.busy",
          detail: "The store does not answer.",
          mend: "Look whether the disk is full: df -h",
        }),
      });
    });
    await page.goto(`${origin}${address}`);
    await page
      .getByRole("main")
      .getByText(/^Reading .* …$/u)
      .first()
      .waitFor();
    broken.push(...(await lookAtState(page, `${name}-loading`)));
    answers.resolve();
    await page.getByRole("main").getByText("The store does not answer.").first().waitFor();
    // What was not told is not said to be none.
    expect(
      await page
        .getByRole("banner")
        .getByText(/need|working/u)
        .count(),
    ).toBe(0);
    broken.push(...(await lookAtState(page, `${name}-failed`)));
    await page.unroute(READS);
    const retries = await page.getByRole("button", { name: "Try again" }).all();
    for (const retry of retries.toReversed()) await retry.click();
    await page.getByText("The store does not answer.").first().waitFor({ state: "detached" });
  }
  expect(broken).toEqual([]);
});

/** Run in the page: its text is twice as large, and its width is as it was. */
const TWICE_THE_TEXT = `document.documentElement.style.fontSize = "200%"`;

it("at twice the size, of all or of the text alone, nothing is out of reach", async () => {
  await using zoomed = await openContext(browser, { width: 720, height: 450, scale: 2 });
  const large = await zoomed.newPage();
  await signIn(large, daemon);
  const broken: string[] = [];
  for (const screen of await screens()) {
    await visit(screen, large);
    const wrong = async (): Promise<readonly string[]> => [
      ...(await widerIn(large)),
      ...(await hiddenOf(screen.whole?.(large) ?? [])),
    ];
    broken.push(...(await wrong()).map((what) => `${screen.name} zoomed: ${what}`));
    await large.evaluate(TWICE_THE_TEXT);
    broken.push(...(await wrong()).map((what) => `${screen.name}, large text: ${what}`));
  }
  expect(broken).toEqual([]);
});

it("a page that lost the daemon, and one without a session, say what to do", async () => {
  const [home] = SCREENS;
  if (home === undefined) throw new Error("there is a screen");
  await visit(home);
  await daemon.kill();
  await page.getByText("The daemon does not answer").waitFor();
  expect(await lookAtState(page, "needs-you-offline")).toEqual([]);
  await daemon.client.health();
  await page.getByText("The daemon does not answer").waitFor({ state: "detached" });
  await using other = await openContext(browser);
  const stranger = await other.newPage();
  await stranger.goto(`${origin}/board`);
  await stranger.getByText("tutti open").waitFor();
  expect(await look(stranger, "signed-out")).toEqual([]);
});

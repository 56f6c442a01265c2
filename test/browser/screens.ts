/** Every screen of the command center: how one comes to it, and by what one knows that it is there. */
import type { Locator, Page } from "playwright-core";

export type Screen = {
  readonly name: string;
  /** The route that shows it, as the router names it; null for what lies over any. */
  readonly route: string | null;
  /** `$run` stands for the run that was prepared. */
  readonly address: string;
  readonly open?: (page: Page) => Promise<void>;
  readonly sign: (page: Page) => Locator;
  /** What is read in full there, however narrow the page and however large its text. */
  readonly whole?: (page: Page) => readonly Locator[];
};

/** What every page says in its bar at the top is no sign of a screen. */
const inMain = (page: Page, text: string | RegExp): Locator =>
  page.getByRole("main").getByText(text).first();

const inChanges = (page: Page, text: string): Locator =>
  page.getByRole("region", { name: "Changes" }).getByText(text);

const inGraph = (page: Page): Locator =>
  page.getByRole("group", { name: "Steps as a graph" }).getByText("rival-review", { exact: true });

export const SCREENS: readonly Screen[] = [
  {
    name: "needs-you",
    route: "/",
    address: "/",
    sign: (page) => inMain(page, "Approve the merge into main"),
    whole: (page) => [
      inMain(page, "Approve the merge into main"),
      inMain(page, "Make sum([]) return 0"),
    ],
  },
  {
    name: "needs-you-open",
    route: "/",
    address: "/",
    open: (page) =>
      page.getByRole("button", { name: "Approve the merge into main" }).first().click(),
    sign: (page) => inMain(page, "proven"),
  },
  {
    name: "board",
    route: "/board",
    address: "/board",
    sign: (page) => page.getByRole("region").getByRole("link").first(),
  },
  {
    name: "fleet",
    route: "/fleet",
    address: "/fleet",
    sign: (page) => page.getByRole("cell").first(),
  },
  {
    name: "new-task",
    route: "/new",
    address: "/new",
    sign: (page) => inMain(page, "Start the task"),
  },
  {
    name: "settings",
    route: "/settings",
    address: "/settings",
    // Its parts are read one by one: all of them are there.
    open: async (page) => {
      for (const part of ["spec-first", "not installed", "run.started"])
        await inMain(page, part).waitFor();
    },
    sign: (page) => inMain(page, "run.started"),
  },
  {
    name: "run-overview",
    route: "/runs/$run/",
    address: "/runs/$run",
    sign: (page) => inMain(page, "WHEN the list is empty"),
  },
  {
    name: "run-transcript",
    route: "/runs/$run/transcript",
    address: "/runs/$run/transcript",
    sign: (page) => inMain(page, "Session opened"),
  },
  {
    name: "run-spec",
    route: "/runs/$run/spec",
    address: "/runs/$run/spec",
    sign: (page) => inMain(page, "The sum of an empty list is 0"),
  },
  {
    name: "run-diff",
    route: "/runs/$run/diff",
    address: "/runs/$run/diff",
    sign: (page) => inChanges(page, "alto").first(),
    whole: (page) => [inChanges(page, "alto").first(), inChanges(page, "export const").first()],
  },
  {
    name: "run-checks",
    route: "/runs/$run/checks",
    address: "/runs/$run/checks",
    sign: (page) => inMain(page, "passed"),
  },
  {
    name: "run-findings",
    route: "/runs/$run/findings",
    address: "/runs/$run/findings",
    sign: (page) => inMain(page, "sum([]) is not 0"),
  },
  {
    name: "run-graph",
    route: "/runs/$run/",
    address: "/runs/$run?view=graph",
    // Once it is drawn there is room to scroll to it.
    open: async (page) => {
      await inGraph(page).waitFor();
      await page.getByRole("region", { name: "Steps" }).evaluate((steps) => steps.scrollIntoView());
    },
    sign: inGraph,
  },
  {
    name: "run-terminal",
    route: "/runs/$run/terminal",
    address: "/runs/$run/terminal",
    sign: (page) => inMain(page, "No terminal is open here."),
  },
  {
    name: "landings",
    route: "/landings",
    address: "/landings",
    sign: (page) => inMain(page, "Make sum([]) return 0"),
  },
  {
    name: "run-record",
    route: "/runs/$run/record",
    address: "/runs/$run/record",
    sign: (page) => inMain(page, "run.started"),
  },
  {
    name: "run-cancel",
    route: null,
    address: "/runs/$run/checks",
    open: (page) => page.getByRole("button", { name: "Cancel run" }).click(),
    sign: (page) => page.getByRole("dialog").getByRole("button").first(),
  },
  {
    name: "palette",
    route: null,
    address: "/board",
    open: async (page) => {
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.keyboard.press("Control+k");
    },
    sign: (page) => page.getByRole("option", { name: "Board" }),
  },
  {
    name: "keys",
    route: null,
    address: "/board",
    open: async (page) => {
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.keyboard.press("?");
    },
    sign: (page) => page.getByRole("dialog", { name: "Keys" }).getByText("Needs you").first(),
  },
  {
    name: "no-such-page",
    route: null,
    address: "/nowhere",
    sign: (page) => page.getByText("There is no such page"),
  },
  {
    name: "no-such-run",
    route: null,
    address: "/runs/r-nothere",
    sign: (page) => page.getByRole("alert"),
  },
];

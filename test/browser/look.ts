/** Looking at a screen: in both themes and all widths, whether it breaks a rule, and how it looks. */
import type { Locator, Page } from "playwright-core";
import { takePicture, type Theme, violationsOf, WIDTHS } from "../fixtures/browser.ts";

const THEMES: readonly Theme[] = ["light", "dark"];
/** `npm run pictures` keeps how everything looks; a test run needs only what is judged. */
const KEEPS_PICTURES = process.env["TUTTI_PICTURES"] === "all";
/** A state is like its screen in both: a wide light page and a narrow dark one will do. */
const STATE_LOOKS = new Set(["light-desk", "dark-phone"]);
/** Colours are those of the theme and places those of the width: a light phone brings nothing new. */
const SCREEN_LOOKS = new Set([...STATE_LOOKS, "dark-desk"]);

/** Run in the page: what is wider than it may be, so that one would have to scroll sideways. */
const WIDER = `[document.documentElement, document.querySelector("main")]
  .filter((element) => element !== null && element.scrollWidth > element.clientWidth)
  .map((element) => element.localName + " is " + element.scrollWidth + " wide in " + element.clientWidth)`;

export const widerIn = (page: Page): Promise<readonly string[]> => page.evaluate(WIDER);

/** What cannot be read of texts that are read in full: it is cut off, or lies under something else. */
export const hiddenOf = async (texts: readonly Locator[]): Promise<readonly string[]> => {
  const hidden: string[] = [];
  for (const text of texts) {
    const { words, isCut, isCovered } = await text.evaluate((element) => {
      element.scrollIntoView({ block: "center" });
      const { x, y, width, height } = element.getBoundingClientRect();
      const over = element.ownerDocument.elementFromPoint(x + width / 2, y + height / 2);
      return {
        words: element.textContent,
        isCut: element.clientWidth > 0 && element.scrollWidth > element.clientWidth,
        isCovered: !element.contains(over),
      };
    });
    if (isCut) hidden.push(`"${words}" is cut off`);
    if (isCovered) hidden.push(`"${words}" is covered`);
  }
  return hidden;
};

/** What is wrong with a screen, each with the look in which it is. */
export const look = (page: Page, screen: string): Promise<readonly string[]> =>
  judge(page, { screen, looks: SCREEN_LOOKS });

/** The same of a state that a screen can be in. */
export const lookAtState = (page: Page, screen: string): Promise<readonly string[]> =>
  judge(page, { screen, looks: STATE_LOOKS });

type Judging = { readonly screen: string; readonly looks: ReadonlySet<string> };

const judge = async (page: Page, { screen, looks }: Judging): Promise<readonly string[]> => {
  const broken: string[] = [];
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await page.locator(`html[data-theme="${theme}"]`).waitFor();
    for (const [word, width] of Object.entries(WIDTHS)) {
      const isJudged = looks.has(`${theme}-${word}`);
      if (!isJudged && !KEEPS_PICTURES) continue;
      const name = `${screen}-${theme}-${word}`;
      await page.setViewportSize({ width, height: 900 });
      if (KEEPS_PICTURES) await takePicture(page, `screens/${name}`);
      const found = isJudged ? await violationsOf(page) : [];
      broken.push(...[...found, ...(await widerIn(page))].map((what) => `${name}: ${what}`));
    }
  }
  await page.setViewportSize({ width: WIDTHS.desk, height: 900 });
  return broken;
};

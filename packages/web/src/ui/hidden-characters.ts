/**
 * Characters that are not seen, or that make a line look like another one: controls, marks of no width,
 * and those that turn the direction of what follows. In prose they are left out; in code that is
 * reviewed they are named, since nobody should approve what they cannot see (CVE-2021-42574, "Trojan
 * Source"). The joiners of scripts and of emoji stay.
 */

/* oxlint-disable no-control-regex -- control characters are what this file is about */

const HIDDEN =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

/** The end of a line as other systems write it. */
const RETURN = "\r";

const nameOf = (character: string): string =>
  character === RETURN
    ? "␍"
    : `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

export const withNamed = (text: string): string => text.replaceAll(HIDDEN, nameOf);

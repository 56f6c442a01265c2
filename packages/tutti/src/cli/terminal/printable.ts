/**
 * Text of agents, repositories and commands is hostile until shown otherwise: an escape sequence can
 * rewrite what is on the screen, set the clipboard or the title, and a bidirectional control makes
 * code read otherwise than it runs. Nothing of that kind reaches a terminal.
 */

/* oxlint-disable no-control-regex -- control characters are what this file is about */

/** OSC, DCS, SOS, PM and APC strings, up to their terminator or the end of the line. */
const CONTROL_STRINGS =
  /(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C\n]*(?:\u0007|\u001B\\|\u009C)?/gu;
/** CSI sequences in both forms. */
const CONTROL_SEQUENCES = /(?:\u001B\[|\u009B)[\u0030-\u003F]*[\u0020-\u002F]*[\u0040-\u007E]?/gu;
/** Every other escape sequence. */
const ESCAPES = /\u001B[\u0020-\u002F]*[\u0030-\u007E]?/gu;
/** Control characters besides line feed and tab, bidirectional and invisible ones, line separators. */
const INVISIBLE =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

/** Safe to print on a terminal; line feeds and tabs stay. */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(CONTROL_STRINGS, "")
    .replace(CONTROL_SEQUENCES, "")
    .replace(ESCAPES, "")
    .replace(INVISIBLE, "");
}

/** The same on one line: line feeds and tabs become single blanks. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/\s+/gu, " ")).trim();
}

/** JSON that is the same value and safe on a terminal: what is not plain text is escaped. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(INVISIBLE, (character) =>
    [...Array.from({ length: character.length }).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

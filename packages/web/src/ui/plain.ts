/**
 * Text of agents, repositories and commands without what would change how it reads: terminal
 * sequences, control characters, invisible ones and those that turn the direction of writing.
 */

/* oxlint-disable no-control-regex -- control characters are what this file is about */

const SEQUENCES =
  /(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C\n]*(?:\u0007|\u001B\\|\u009C)?|(?:\u001B\[|\u009B)[\u0030-\u003F]*[\u0020-\u002F]*[\u0040-\u007E]?|\u001B[\u0020-\u002F]*[\u0030-\u007E]?/gu;
const INVISIBLE =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

/** Line feeds and tabs stay. */
export const plainText = (text: string): string =>
  text.replaceAll("\r\n", "\n").replace(SEQUENCES, "").replace(INVISIBLE, "");

/** The same on one line. */
export const plainLine = (text: string): string => plainText(text.replaceAll(/\s+/gu, " ")).trim();

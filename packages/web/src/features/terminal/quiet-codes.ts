/**
 * What runs in a terminal may be hostile, and its screen is part of this page. Codes that reach beyond
 * the screen are passed over: titles (0, 1, 2), the work folder (7), links (8), notices (9, 777), what
 * would ask for or change colours (4, 5, 10 to 19, 104 to 119), the clipboard (52), marks of shells and
 * files (133, 633, 1337). Nothing in it can be followed or runs by being looked at.
 */
import type { IDisposable, Terminal } from "@xterm/xterm";

const PASSED_OVER = [
  0,
  1,
  2,
  4,
  5,
  7,
  8,
  9,
  52,
  104,
  105,
  133,
  633,
  777,
  1337,
  ...Array.from({ length: 10 }, (_, index) => index + 10),
  ...Array.from({ length: 10 }, (_, index) => index + 110),
];

export function passOverCodes({ parser }: Pick<Terminal, "parser">): readonly IDisposable[] {
  return [
    ...PASSED_OVER.map((code) => parser.registerOscHandler(code, () => true)),
    // Asks what the screen is made of, and orders about its window.
    parser.registerDcsHandler({ intermediates: "$", final: "q" }, () => true),
    parser.registerCsiHandler({ final: "t" }, () => true),
  ];
}

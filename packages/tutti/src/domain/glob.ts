/** Globs of the workflow format: `**`, `*`, `?` and literal text; a path matches as a whole. */
const escaped = (text: string): string => text.replaceAll(/[.+^${}()|[\]\\]/gu, "\\$&");

export const matches = (glob: string, path: string): boolean => {
  const source = glob
    .split(/(\*\*\/|\*\*|\*|\?)/u)
    .map((part) => {
      if (part === "**/") return "(?:.*/)?";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      if (part === "?") return "[^/]";
      return escaped(part);
    })
    .join("");
  return new RegExp(`^${source}$`, "u").test(path);
};

/**
 * Text as one piece, in which `*` stands for anything, `/` too, and `?` for one character. Never goes
 * back further than to the last `*`: a pattern made to cost time costs no more than the product of
 * both lengths.
 */
export const matchesText = (glob: string, text: string): boolean => {
  let at = 0;
  let star: { readonly glob: number; text: number } | null = null;
  let index = 0;
  while (index < text.length) {
    if (glob[at] === "*") {
      star = { glob: at, text: index };
      at += 1;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (star === null) {
      return false;
    } else {
      star.text += 1;
      index = star.text;
      at = star.glob + 1;
    }
  }
  while (glob[at] === "*") at += 1;
  return at === glob.length;
};

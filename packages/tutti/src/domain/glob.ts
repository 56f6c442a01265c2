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

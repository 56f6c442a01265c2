/**
 * Reads a git patch. Lines are counted by the hunk headers, so content that looks like a header stays
 * content. Paths may be quoted as git quotes them.
 */
export type PatchLine = { readonly kind: "added" | "removed" | "same"; readonly text: string };

/** What is read of one line: rules look for words in it, and no rule gets endless ones. */
const LINE_READ_CHARS = 5000;

export type PatchFile = {
  /** As it is called afterwards; as it was called, where it was deleted. */
  readonly path: string;
  /** Hunks in order; none for a binary file, a mode change or a plain rename. */
  readonly hunks: readonly (readonly PatchLine[])[];
  /** An added or removed line is longer than `LINE_READ_CHARS`; its end is not here. */
  readonly hasCutLines: boolean;
};

type Draft = {
  path: string | null;
  before: string | null;
  hunks: PatchLine[][];
  hasCutLines: boolean;
};
type Hunk = { before: number; after: number; lines: PatchLine[] };

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/u;
const HEADERS = {
  before: /^--- (.+?)\t?$/u,
  after: /^\+\+\+ (.+?)\t?$/u,
  renamed: /^(?:rename|copy) to (.+)$/u,
};

export function parsePatch(patch: string): PatchFile[] {
  const files: Draft[] = [];
  let hunk: Hunk | null = null;
  for (const line of patch.split("\n")) {
    if (hunk !== null && (hunk.before > 0 || hunk.after > 0)) {
      const file = files.at(-1);
      const isLong = line.length > LINE_READ_CHARS + 1 && /^[+-]/u.test(line);
      if (isLong && file !== undefined) file.hasCutLines = true;
      hunk = takeLine(hunk, line.slice(0, LINE_READ_CHARS + 1));
    } else if (line.startsWith("diff --git ")) {
      files.push({ path: pathOfHeader(line), before: null, hunks: [], hasCutLines: false });
      hunk = null;
    } else {
      hunk = readHeader(files.at(-1), line);
    }
  }
  return files.flatMap(({ path, before, hunks, hasCutLines }) => {
    const name = path ?? before;
    return name === null || name === "" ? [] : [{ path: name, hunks, hasCutLines }];
  });
}

function takeLine(hunk: Hunk, line: string): Hunk | null {
  const text = line.slice(1);
  switch (line.charAt(0)) {
    case "+":
      hunk.lines.push({ kind: "added", text });
      return { ...hunk, after: hunk.after - 1 };
    case "-":
      hunk.lines.push({ kind: "removed", text });
      return { ...hunk, before: hunk.before - 1 };
    case "\\": // no newline at the end of the file
      return hunk;
    case " ":
    case "":
      hunk.lines.push({ kind: "same", text });
      return { ...hunk, before: hunk.before - 1, after: hunk.after - 1 };
    default:
      return null; // cut off inside a hunk
  }
}

function readHeader(file: Draft | undefined, line: string): Hunk | null {
  if (file === undefined) return null;
  const hunk = HUNK.exec(line);
  if (hunk !== null) {
    const lines: PatchLine[] = [];
    file.hunks.push(lines);
    return { before: Number(hunk[1] ?? 1), after: Number(hunk[2] ?? 1), lines };
  }
  const renamed = HEADERS.renamed.exec(line)?.[1];
  if (renamed !== undefined) file.path = unquote(renamed);
  const before = HEADERS.before.exec(line)?.[1];
  if (before !== undefined) file.before = plainPath(before, "a/");
  const after = HEADERS.after.exec(line)?.[1];
  if (after !== undefined) file.path = plainPath(after, "b/") ?? file.before;
  return null;
}

/** `diff --git a/x b/x`: certain only where both names are equal, which is where nothing else names it. */
function pathOfHeader(line: string): string | null {
  const rest = line.slice("diff --git ".length);
  const quoted = /^"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$/u.exec(rest)?.[2];
  if (quoted !== undefined) return plainPath(`"${quoted}"`, "b/");
  const half = (rest.length - 1) / 2;
  const [one, other] = [rest.slice(0, half), rest.slice(half + 1)];
  const isSame = one.replace(/^a\//u, "") === other.replace(/^b\//u, "");
  return isSame ? plainPath(other, "b/") : null;
}

function plainPath(name: string, prefix: string): string | null {
  if (name === "/dev/null") return null;
  const path = unquote(name);
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Undoes git's quoting: C escapes and octal bytes of UTF-8, in double quotes. */
function unquote(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"')) return name;
  const bytes: Buffer[] = [];
  for (const [, octal, escaped, plain] of name
    .slice(1, -1)
    .matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gu)) {
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8)]));
    else bytes.push(Buffer.from(plain ?? ESCAPES[escaped ?? ""] ?? escaped ?? ""));
  }
  return Buffer.concat(bytes).toString("utf8");
}

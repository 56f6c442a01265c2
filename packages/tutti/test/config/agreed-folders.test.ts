/** What a repository may have shown inside the fence by its own word, and by the user's. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { withFolders } from "../../src/config/agree.ts";
import { NO_USER, parseConfig, parseUserConfig } from "../../src/config/parse.ts";
import { type ReadHost, readHost } from "../../src/platform/tool-places.ts";

type Scene = { readonly user?: readonly string[]; readonly host?: ReadHost };

/** Errors of a repository's file that asks for these folders. */
const refusals = (read: readonly string[], { user = [], host }: Scene = {}): string[] => {
  const text = `sandbox:\n  read:\n${read.map((one) => `    - ${JSON.stringify(one)}\n`).join("")}`;
  const { problems } = parseConfig(text, ".tutti/config.yaml", {
    user: { ...NO_USER, sandbox: { read: [...user] } },
    ...(host === undefined ? {} : { host }),
  });
  return problems
    .filter(({ level }) => level === "error")
    .map(({ line, message, mend }) => `${line}: ${message} ${mend}`);
};

/** A home with folders and links of its own. */
const homeWith = (folders: readonly string[], links: Readonly<Record<string, string>> = {}) => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "tutti-home-")));
  onTestFinished(() => rmSync(home, { recursive: true }));
  for (const folder of folders) mkdirSync(join(home, folder), { recursive: true });
  for (const [link, target] of Object.entries(links))
    symlinkSync(join(home, target), join(home, link));
  return { home, host: readHost({ HOME: home }) };
};

it.each([
  "~/.nvm/versions/node/v24.0.0",
  "~/.pyenv/versions/3.12.1",
  "~/.rustup/toolchains/stable-x86_64-unknown-linux-gnu",
  "~/.cargo/bin",
  "~/.asdf/installs/nodejs/22.1.0",
  "~/.local/share/mise/installs/node/22",
  "~/.volta/tools/image/node/22.1.0",
  "~/.sdkman/candidates/java/21",
  "~/go/bin",
  "~/.bun/bin",
  "~/.deno/bin",
  "/home/ada/.pyenv/versions/3.12",
  "/opt/go",
  "/usr/local/lib/nodejs",
  "/nix/store",
])("a repository may show %s, where tools are at home", (path) => {
  expect(refusals([path])).toEqual([]);
});

it.each([
  "~/Documents",
  "~/work/other-project",
  "~/go",
  "~/go/src/private",
  "~/.cargo/registry",
  "~/.m2/repository",
  "~/.cache/pip",
  "~/.config/private",
  "~/.local/bin",
  "~/.nvmx",
  "~/.nvm.bak/keys",
  "/home/ada/Documents",
  "/srv/data",
  "/var/lib/app",
  "/mnt/backup/x",
  "/data/.nvm/versions",
  "//home/ada//Documents/",
])("a repository alone does not show %s, and is told what the user would have to write", (path) => {
  expect(refusals(["/opt/go", path])).toEqual([
    `4: \`${path}\` is no place of tools, and a repository alone must not show it inside the fence. If you want that, add to your own configuration (~/.config/tutti/config.yaml): \`sandbox: { read: [${path}] }\`.`,
  ]);
  expect(refusals([path], { user: [path] })).toEqual([]);
  expect(refusals([`${path}/below`], { user: [path] })).toEqual([]);
});

it("a folder beside or above the one that the user agreed to is not agreed to", () => {
  const user = ["~/agents/alto"];
  expect(refusals(["~/agents/alto-2"], { user })).toHaveLength(1);
  expect(refusals(["~/agents"], { user })).toHaveLength(1);
});

it("what nobody may show is refused once, whatever the user's file says", () => {
  expect(refusals(["~/.ssh", "~/.cargo"], { user: ["~/.ssh"] })).toEqual([
    expect.stringContaining("would show `~/.ssh`"),
    expect.stringContaining("would show `~/.cargo/credentials.toml`"),
  ]);
});

it("the line to add can be copied, whatever the folder's name is", () => {
  const odd = "~/my docs, #1: [x]";
  const line = /`(?<line>sandbox: .*)`\.$/u.exec(refusals([odd])[0] ?? "")?.groups?.["line"] ?? "";
  expect(parseUserConfig(line, "user")).toMatchObject({ config: { sandbox: { read: [odd] } } });
});

it("one spelling is agreed to by another of the same folder", () => {
  const { home, host } = homeWith(["agents"], { link: "agents" });
  expect(refusals(["~/agents"], { user: [join(home, "agents")], host })).toEqual([]);
  expect(refusals([join(home, "agents")], { user: ["~/agents/"], host })).toEqual([]);
  expect(refusals(["~/agents"], { user: ["~/link"], host })).toEqual([]);
});

it("a link in a place of tools shows what it leads to only where the user agrees to that", () => {
  const { home, host } = homeWith(["Documents", ".nvm/versions/v1"], {
    ".nvm/current": ".nvm/versions/v1",
    ".nvm/linked": "Documents",
  });
  expect(refusals(["~/.nvm/current"], { host })).toEqual([]);
  const documents = join(home, "Documents");
  expect(refusals(["~/.nvm/linked"], { host })).toEqual([
    expect.stringContaining(
      `\`~/.nvm/linked\` leads to \`${documents}\`, which is no place of tools`,
    ),
  ]);
  expect(refusals(["~/.nvm/linked"], { user: ["~/Documents"], host })).toEqual([]);
});

it("tools are at home in a home that is a link, too", () => {
  const { home } = homeWith(["real/.nvm/v1"], { home: "real" });
  const host = readHost({ HOME: join(home, "home") });
  expect(refusals(["~/.nvm/v1"], { host })).toEqual([]);
});

const add = (text: string) => withFolders(text, ["~/a", "/data/b c"], { catalog: [] });

it("folders are added to the user's file as it stands, and not to one with errors", () => {
  const expected = "sandbox:\n  read:\n    - ~/a\n    - /data/b c\n";
  expect(add("")).toBe(expected);
  expect(add("# nothing yet\n")).toContain(expected);
  expect(add('{ "sandbox": { "read": ["~/x"], "tmpMiB": 9 } }')).toBe(
    '{ "sandbox": { "read": [ "~/x", ~/a, /data/b c ], "tmpMiB": 9 } }\n',
  );
  expect(add("sandbox:\n  tmpMiB: 9 # small\n")).toBe(
    "sandbox:\n  tmpMiB: 9 # small\n  read:\n    - ~/a\n    - /data/b c\n",
  );
  expect(add("sandbox: [\n")).toBeNull();
  expect(add("sandbox: { read: ~/x }\n")).toBeNull();
});

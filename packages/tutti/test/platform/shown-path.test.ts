import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { catalog } from "../../src/agents/catalog/catalog.ts";
import { refuseReadPath } from "../../src/platform/shown-path.ts";

/** Every folder from a file up to the home folder. */
const foldersOf = (file: string): string[] => {
  const folder = dirname(file);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
};

const LOGINS = catalog.flatMap(({ id, credentialFiles }) =>
  credentialFiles.flatMap((file) => [file, ...foldersOf(file)].map((path) => [id, path] as const)),
);

describe("what an agent's login lies in", () => {
  test.each(LOGINS)("%s: ~/%s is not shown", (_id, path) => {
    expect(refuseReadPath(`~/${path}`)).toContain("would show");
    expect(refuseReadPath(`/home/other/${path}/`)).toContain("would show");
    expect(refuseReadPath(`/srv/me/${path}`, "/srv/me")).toContain("would show");
  });

  test.each([
    ".kimi-code",
    ".kimi-code/credentials/kimi-code.json",
    ".config/goose/custom_providers",
    ".gemini/gemini-credentials.json",
    ".qwen/settings.json",
    ".codex/.credentials.json",
    ".local/share/tutti/logins/codex",
  ])("~/%s is not shown", (path) => {
    expect(refuseReadPath(`~/${path}`)).toContain("would show");
  });

  test("is told apart from the programs that lie beside it", () => {
    for (const path of [".kimi-code/bin", ".claude/local", ".copilot/pkg", ".pi/agent/bin"])
      expect(refuseReadPath(`~/${path}`)).toBeNull();
  });
});

test.each([
  ["relative/path", "is neither absolute"],
  ["~/../other", "climbs"],
  ["/etc/", "far more than a toolchain"],
  ["/var/tmp/agent", "of which the fence has its own"],
  ["~", "the whole home folder"],
  ["/home/me", "the whole home folder"],
  ["~/.config", "would show `~/.config/gh`"],
  ["~//.ssh/", "would show `~/.ssh`"],
])("%s is refused: it %s", (path, reason) => {
  expect(refuseReadPath(path)).toContain(reason);
});

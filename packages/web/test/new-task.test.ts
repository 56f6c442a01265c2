import { CommitId, ProjectId, type RunView, Sha256, TreeId } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import {
  readAttachment,
  TASK_MAX_CHARACTERS,
  tooLong,
  withAttachments,
} from "../src/features/new-task/attachments.ts";
import {
  added,
  draftLike,
  emptyDraft,
  missing,
  requestOf,
} from "../src/features/new-task/draft.ts";
import { newTaskSearch } from "../src/features/new-task/new-task-search.ts";

const DRAFT = emptyDraft("/srv/shop");

const viewOf = ({ base, roles }: { readonly base: string; readonly roles: RunView["roles"] }) => ({
  task: { title: "Mend it.", text: "Mend it." },
  project: { id: ProjectId.parse("p-shop01"), path: "/srv/shop" },
  workflow: { name: "quick", hash: Sha256.parse("0".repeat(64)), waives: {} },
  roles,
  base: { commit: CommitId.parse("0".repeat(40)), tree: TreeId.parse("0".repeat(40)), ref: base },
  target: { branch: "main", to: "target" as const },
  isolation: "none" as const,
});

describe("files of a task", () => {
  it("stand behind the description in a block each, under their names", () => {
    const text = withAttachments(" Mend it. ", [{ name: "log.txt", text: "one\ntwo\n" }]);
    expect(text).toBe("Mend it.\n\nFile log.txt:\n```\none\ntwo\n```");
  });

  it("cannot end their block, whatever they hold", () => {
    const text = withAttachments("", [{ name: "a.md", text: "````\nnot out\n````" }]);
    expect(text).toBe("File a.md:\n`````\n````\nnot out\n````\n`````");
  });

  it("cannot break out by their name", () => {
    const text = withAttachments("", [{ name: "a`\n# b", text: "x" }]);
    expect(text.split("\n")[0]).toBe("File a  # b:");
  });

  it("are refused when they are no text, or larger than a description may be", async () => {
    const binary = new File([new Uint8Array([0, 159, 146, 150])], "picture.png");
    await expect(readAttachment(binary)).rejects.toThrow("picture.png is not a text");
    const large = new File(["x".repeat(400_001)], "large.log");
    await expect(readAttachment(large)).rejects.toThrow("large.log is larger");
    const plain = new File(["ä"], "plain.txt");
    expect(await readAttachment(plain)).toEqual({ name: "plain.txt", text: "ä" });
  });

  it("count into the limit of the description", () => {
    expect(tooLong("x".repeat(TASK_MAX_CHARACTERS))).toBeNull();
    expect(tooLong("x".repeat(TASK_MAX_CHARACTERS + 7))).toContain("7 characters over");
  });
});

describe("an issue's text", () => {
  const issue = { name: "issue-12.md", text: "# It fails" };

  it("becomes the description when nothing is written yet", () => {
    expect(added(DRAFT, [issue])).toEqual({ text: "# It fails", files: [] });
  });

  it("is attached when there is one", () => {
    expect(added({ ...DRAFT, text: "Mine" }, [issue])).toEqual({ files: [issue] });
  });
});

describe("the request for a task", () => {
  it("leaves out what stays as the project has it", () => {
    expect(requestOf({ ...DRAFT, text: "Mend it." })).toEqual({
      path: "/srv/shop",
      text: "Mend it.",
    });
  });

  it("says what was chosen", () => {
    const draft = {
      ...DRAFT,
      text: "Mend it.",
      workflow: "quick",
      author: "alto",
      reviewers: ["tenor"],
      base: " main ",
      to: "branch" as const,
      isolation: "none" as const,
    };
    expect(requestOf(draft)).toEqual({
      path: "/srv/shop",
      text: "Mend it.",
      workflow: "quick",
      base: "main",
      to: "branch",
      isolation: "none",
      roles: { author: "alto", reviewer: ["tenor"] },
    });
  });

  it("of the same task again is the one that was made", () => {
    const asked = {
      ...DRAFT,
      text: "Mend it.",
      workflow: "quick",
      author: "alto",
      reviewers: ["tenor"],
      base: "next",
      target: "main",
      to: "target" as const,
      isolation: "none" as const,
    };
    expect(
      draftLike(viewOf({ base: "next", roles: { author: "alto", reviewer: ["tenor"] } })),
    ).toEqual(asked);
    const usual = { ...asked, author: "", reviewers: [], base: "" };
    expect(draftLike(viewOf({ base: "main", roles: {} }))).toEqual(usual);
  });

  it("is not made without a folder and a description", () => {
    expect(missing({ ...DRAFT, text: "x" })).toBeNull();
    expect(missing(DRAFT)).toContain("Describe");
    expect(missing({ ...DRAFT, path: "shop", text: "x" })).toContain("absolute path");
  });
});

it("the address of a new task takes an absolute path and a task to repeat", () => {
  expect(newTaskSearch({ path: "/srv", from: "r-abcdef" })).toEqual({
    path: "/srv",
    from: "r-abcdef",
  });
  expect(newTaskSearch({ path: "srv", from: "" })).toEqual({});
});

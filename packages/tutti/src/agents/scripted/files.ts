/** Actions that change files, each shown as a tool call. */
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { textOf } from "./script.ts";
import type { Handlers, Outcome, Stage } from "./stage.ts";
import { textBlock } from "./stage.ts";

/** ACP's code for a failed request. */
const INTERNAL_ERROR = -32_603;

const read = (path: string): string | null =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, "utf8") : null;

const place = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};

type Change = {
  readonly title: string;
  readonly path: string;
  readonly kind: "edit" | "delete" | "move";
  readonly work: () => void;
};

/** A change that fails ends the turn with an error: a script that does not fit its tree must not pass unseen. */
const change = (stage: Stage, { title, path, kind, work }: Change): Outcome => {
  const toolCallId = stage.nextTool();
  stage.update({
    sessionUpdate: "tool_call",
    toolCallId,
    title,
    kind,
    status: "in_progress",
    locations: [{ path }],
  });
  const oldText = read(path);
  try {
    work();
  } catch (error) {
    const message = `${title}: ${error instanceof Error ? error.message : String(error)}`;
    stage.update({
      sessionUpdate: "tool_call_update",
      toolCallId,
      status: "failed",
      content: [{ type: "content", content: textBlock(message) }],
    });
    return { refuse: { code: INTERNAL_ERROR, message } };
  }
  const newText = read(path) ?? "";
  stage.update({
    sessionUpdate: "tool_call_update",
    toolCallId,
    status: "completed",
    content: [{ type: "diff", path, oldText, newText }],
  });
  return null;
};

const patched = (path: string, find: string, replacement: string): string => {
  const source = readFileSync(path, "utf8");
  const at = source.indexOf(find);
  if (at === -1) throw new Error("the text to find is not there");
  return source.slice(0, at) + replacement + source.slice(at + find.length);
};

export const files = {
  write: ({ path, content }, stage) => {
    const target = resolve(stage.cwd, path);
    return change(stage, {
      title: `Write ${path}`,
      path: target,
      kind: "edit",
      work: () => place(target, textOf(content)),
    });
  },
  append: ({ path, content }, stage) => {
    const target = resolve(stage.cwd, path);
    return change(stage, {
      title: `Append to ${path}`,
      path: target,
      kind: "edit",
      work: () => appendFileSync(target, textOf(content)),
    });
  },
  patch: ({ path, find, replace }, stage) => {
    const target = resolve(stage.cwd, path);
    return change(stage, {
      title: `Edit ${path}`,
      path: target,
      kind: "edit",
      work: () => place(target, patched(target, textOf(find), textOf(replace))),
    });
  },
  delete: ({ path }, stage) => {
    const target = resolve(stage.cwd, path);
    return change(stage, {
      title: `Delete ${path}`,
      path: target,
      kind: "delete",
      work: () => rmSync(target, { recursive: true }),
    });
  },
  rename: ({ from, to }, stage) => {
    const target = resolve(stage.cwd, to);
    const work = (): void => {
      mkdirSync(dirname(target), { recursive: true });
      renameSync(resolve(stage.cwd, from), target);
    };
    return change(stage, { title: `Move ${from} to ${to}`, path: target, kind: "move", work });
  },
  report: ({ file, text, json }, stage) => {
    const folder = stage.env["TUTTI_ARTIFACTS"];
    if (folder === undefined)
      return { refuse: { code: INTERNAL_ERROR, message: "report: TUTTI_ARTIFACTS is not set" } };
    const target = resolve(folder, file);
    const content = text === undefined ? `${JSON.stringify(json, null, 2)}\n` : textOf(text);
    return change(stage, {
      title: `Report ${file}`,
      path: target,
      kind: "edit",
      work: () => place(target, content),
    });
  },
} satisfies Partial<Handlers>;

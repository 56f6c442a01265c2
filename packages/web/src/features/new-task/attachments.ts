/**
 * Files that go with a task. Their text becomes part of the task's, in fenced blocks under their
 * names: nothing is uploaded anywhere else, and the agent reads what the person saw.
 */
export type Attachment = { readonly name: string; readonly text: string };

/** Of the whole description; the daemon takes no longer one. */
export const TASK_MAX_CHARACTERS = 100_000;
/** A larger file is not read at all. */
const FILE_MAX_BYTES = 400_000;

/** Throws with a sentence for people when it is no text that fits. */
export async function readAttachment(file: File): Promise<Attachment> {
  const { name } = file;
  if (file.size > FILE_MAX_BYTES)
    throw new Error(`${name} is larger than a description may be. Commit it and name its path.`);
  const bytes = await file.arrayBuffer();
  const text = textOf(bytes);
  if (text === null) throw new Error(`${name} is not a text. Commit it and name its path.`);
  return { name, text };
}

function textOf(bytes: ArrayBuffer): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null; // not UTF-8
  }
}

/** The description with its files. A fence is longer than any that its file holds. */
export const withAttachments = (text: string, files: readonly Attachment[]): string =>
  [text.trim(), ...files.map((file) => block(file))].filter((part) => part !== "").join("\n\n");

function block({ name, text }: Attachment): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const plainName = name.replaceAll(/[\p{Cc}`]/gu, " ");
  return `File ${plainName}:\n${fence}\n${text.replace(/\n$/u, "")}\n${fence}`;
}

/** Null when it fits. */
export function tooLong(text: string): string | null {
  const over = text.length - TASK_MAX_CHARACTERS;
  return over <= 0
    ? null
    : `The task and its files are ${over} characters over the limit of ${TASK_MAX_CHARACTERS}.`;
}

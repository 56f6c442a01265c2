/** The first line of what a person types; empty at the end of the input. */
import type { InputStream } from "./cli.ts";

export async function readLine(stdin: InputStream): Promise<string> {
  let text = "";
  for await (const chunk of stdin) {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

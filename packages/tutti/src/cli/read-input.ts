/** Standard input to its end, bounded. */
import { TuttiError } from "@tutti/protocol/errors";
import type { InputStream } from "./cli.ts";

const INPUT_MAX_BYTES = 1024 * 1024;

export async function readInput(stdin: InputStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.byteLength;
    if (bytes > INPUT_MAX_BYTES) throw new TuttiError("usage", "Standard input is over 1 MiB.");
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString();
}

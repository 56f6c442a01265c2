/** Adds folders to `sandbox.read` of the user's own file, and leaves the rest of it as it is. */
import { isSeq, parseDocument } from "yaml";
import type { CatalogAgent } from "./catalog.ts";
import { parseUserConfig } from "./parse.ts";

/** The new text; null where the file is not in order, so that a person has to do it. */
export const withFolders = (
  text: string,
  folders: readonly string[],
  options: { readonly catalog: readonly CatalogAgent[] },
): string | null => {
  const isSound = (one: string): boolean => parseUserConfig(one, "", options).kind === "config";
  if (!isSound(text)) return null;
  const document = parseDocument(text);
  const list = document.getIn(["sandbox", "read"]);
  if (isSeq(list)) for (const folder of folders) list.add(document.createNode(folder));
  else document.setIn(["sandbox", "read"], folders);
  const changed = document.toString({ lineWidth: 0 });
  return isSound(changed) ? changed : null;
};

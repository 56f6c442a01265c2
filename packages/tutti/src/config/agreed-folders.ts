/**
 * Whose word it takes to show a folder inside the fence. The user's own file may name what is nobody's
 * secret; a repository's may ask for places of tools, and for what the user's file names too: its
 * set-up and its agents see the folder, and nobody is asked before they run.
 */
import { isWithin, trimSlashes } from "../platform/shown-path.ts";
import { expandHome, isToolPlace, type ReadHost } from "../platform/tool-places.ts";
import type { Complain } from "./rules.ts";

/** In which folders the user lets anything be shown. */
export type Agreed = {
  readonly user: readonly string[];
  /** Absent: paths are compared as they are written, and links are not followed. */
  readonly host?: ReadHost | undefined;
};

/** Null: the folder may be shown. Otherwise what the user would have to agree to. */
export const lacksAgreement = (entry: string, { user, host }: Agreed): string | null => {
  const plain = (path: string): string =>
    trimSlashes(host === undefined ? path : expandHome(path, host.home));
  const written = plain(entry);
  const real = host?.real(written) ?? written;
  const folders = user.flatMap((one) => [plain(one), host?.real(plain(one)) ?? plain(one)]);
  const homes = host === undefined ? [undefined] : [host.home, host.real(host.home) ?? host.home];
  const isAgreed = (path: string): boolean =>
    folders.some((folder) => isWithin(path, folder)) ||
    homes.some((home) => isToolPlace(path, home));
  if (!isAgreed(written)) return entry;
  return isAgreed(real) ? null : real;
};

/** Entries that are refused anyway were complained of before. */
export const checkAgreed = (
  read: readonly string[],
  {
    complain,
    refuses,
    ...agreed
  }: Agreed & {
    readonly complain: Complain;
    readonly refuses: (entry: string) => boolean;
  },
): void => {
  for (const [index, entry] of read.entries()) {
    const lacking = refuses(entry) ? null : lacksAgreement(entry, agreed);
    if (lacking === null) continue;
    const leads = lacking === entry ? "is" : `leads to \`${lacking}\`, which is`;
    complain(["sandbox", "read", index], {
      message: `\`${entry}\` ${leads} no place of tools, and a repository alone must not show it inside the fence.`,
      mend: `If you want that, add to your own configuration (~/.config/tutti/config.yaml): \`${readLine([lacking])}\`.`,
    });
  }
};

/** The line of the user's file that agrees to folders. */
export const readLine = (folders: readonly string[]): string =>
  `sandbox: { read: [${folders.map((folder) => quoted(folder)).join(", ")}] }`;

/** Plain where YAML takes it so. */
const quoted = (text: string): string =>
  /^[~/][\w./@+-]*$/u.test(text) ? text : JSON.stringify(text);

/** Keys of providers: they are written and removed here, and never read. */
import { z } from "zod";

export const KeyLine = z.object({
  name: z.string(),
  /** `environment`: a variable of the daemon, which goes before what is stored. */
  source: z.enum(["environment", "keyring", "file"]),
});
export type KeyLine = z.infer<typeof KeyLine>;

export const KeyList = z.object({ items: z.array(KeyLine) });
export type KeyList = z.infer<typeof KeyList>;

export const KeyRemoved = z.object({ name: z.string(), removed: z.literal(true) });
export type KeyRemoved = z.infer<typeof KeyRemoved>;

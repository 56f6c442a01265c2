import { statfs } from "node:fs/promises";
import { type CapabilityView, ERRORS } from "@tutti/protocol";

/** With less than this a workspace or a large transcript may not fit. */
const LOW_BYTES = 256 * 1024 * 1024;
const BYTES_PER_MIB = 1024 * 1024;

/** Whether there is room where Tutti stores; while there is none, runs stand still and say nothing. */
export async function diskSpace(folder: string): Promise<CapabilityView> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${Math.floor(free / BYTES_PER_MIB)} MiB free for ${folder}`;
  const ok = free >= LOW_BYTES;
  return { name: "disk", ok, detail, mend: ok ? null : ERRORS["disk.full"].mend };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MODULE = fileURLToPath(new URL("../../src/platform/descriptors.ts", import.meta.url));
/** Past the gap at which Node stops marking inherited descriptors itself. */
const PLANTED = 201;

/** What a child of Node sees, when Node itself was started with a descriptor left open. */
async function descriptorsOfChild(isClosed: boolean): Promise<string[]> {
  const open = openSync("/dev/zero", "r");
  const gap = Array.from({ length: PLANTED - 3 }, () => "ignore" as const);
  const program = `
    import { spawnSync } from "node:child_process";
    import { closeInheritedDescriptors } from ${JSON.stringify(MODULE)};
    if (${isClosed}) closeInheritedDescriptors();
    process.stdout.write(spawnSync("ls", ["/proc/self/fd"], { encoding: "utf8" }).stdout);`;
  const args = ["--input-type=module", "-e", program];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit", ...gap, open],
  });
  closeSync(open);
  let output = "";
  child.stdout?.on("data", (chunk) => (output += String(chunk)));
  await once(child, "close");
  return output.trim().split("\n");
}

test("a descriptor left open by whoever started Tutti reaches no child once it is closed", async () => {
  expect(await descriptorsOfChild(false)).toContain(`${PLANTED}`);
  expect(await descriptorsOfChild(true)).toEqual(["0", "1", "2", "3"]);
});

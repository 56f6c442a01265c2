/** Fences 1–6, 13 and 14: files of the host. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { expectFence, SECRET, type Side } from "./arena.ts";

/** Copies a file to where the host looks for it. */
async function reads(side: Side, path: string): Promise<boolean> {
  await side.sh(`rm -f '${side.loot}'; cat '${path}' > '${side.loot}'`);
  return side.hasLoot();
}

async function writes(side: Side, path: string): Promise<boolean> {
  await side.sh(`mkdir -p "$(dirname '${path}')"; echo planted > '${path}'`);
  return existsSync(path) && readFileSync(path, "utf8") === "planted\n";
}

test("fence 1: an ssh key cannot be read", () =>
  expectFence(async (side) => ({
    "ssh key": await reads(side, join(side.user, ".ssh/id_ed25519")),
  })));

test("fence 2: credentials of clouds and agents cannot be read", () =>
  expectFence(async (side) => ({
    aws: await reads(side, join(side.user, ".aws/credentials")),
    gcloud: await reads(side, join(side.user, ".config/gcloud/credentials.db")),
    codex: await reads(side, join(side.user, ".codex/auth.json")),
    claude: await reads(side, join(side.user, ".claude/.credentials.json")),
  })));

test("fence 3: another run's workspace cannot be read", () =>
  expectFence(async (side) => ({
    file: await reads(side, join(side.sibling, "sibling.txt")),
  })));

test("fence 4: another run's workspace cannot be written", () =>
  expectFence(async (side) => ({
    "existing file": await writes(side, join(side.sibling, "a.txt")),
    "new file": await writes(side, join(side.sibling, "new.txt")),
  })));

test("fence 5: nothing outside the workspace can be written", () =>
  expectFence(async (side) => ({
    "existing file": await writes(side, join(side.outside, "precious")),
    "new file": await writes(side, join(side.outside, "new/planted")),
    "the user's shell start-up": await writes(side, join(side.user, ".bashrc")),
    "Tutti's data folder": await writes(side, join(side.folder, "data/planted")),
  })));

test("fence 6: the user's checkout cannot be written", () =>
  expectFence(async (side) => ({
    "tracked file": await writes(side, join(side.project, "a.txt")),
    "new file": await writes(side, join(side.project, "new.txt")),
  })));

test("fence 13: a symbolic link leads nowhere outside, also while it is being swapped", () =>
  expectFence(async (side) => {
    const link = join(side.tree, "link");
    await side.sh(`ln -s '${side.outside}' '${link}'; echo planted > '${link}/through'`);
    const isWritten = existsSync(join(side.outside, "through"));
    await side.sh(`cat '${link}/secret' > '${side.loot}'`);
    const isRead = side.hasLoot();
    // One process swaps a folder and a link for each other, the other writes and reads through both.
    const race = `
    mkdir -p '${side.tree}/real'
    (i=0; while [ $i -lt 300 ]; do
      ln -sfn '${side.outside}' '${side.tree}/swap'; ln -sfn '${side.tree}/real' '${side.tree}/swap'
      i=$((i+1)); done) &
    i=0; while [ $i -lt 300 ]; do
      echo planted > '${side.tree}/swap/raced'; cat '${side.tree}/swap/secret' >> '${side.loot}.race'
      i=$((i+1)); done
    ln -sfn '${side.outside}' '${side.tree}/swap'
    echo planted > '${side.tree}/swap/raced'; cat '${side.tree}/swap/secret' >> '${side.loot}.race'
    wait`;
    await side.sh(`{ ${race}\n} 2>/dev/null`);
    const raced = existsSync(`${side.loot}.race`) ? readFileSync(`${side.loot}.race`, "utf8") : "";
    return {
      "write through a link": isWritten,
      "read through a link": isRead,
      "write in a race": existsSync(join(side.outside, "raced")),
      "read in a race": raced.includes(SECRET),
    };
  }));

test("fence 14: a hard link to a file outside cannot be made", () =>
  expectFence(async (side) => {
    const link = join(side.tree, "hard");
    await side.sh(`ln '${side.outside}/secret' '${link}'`);
    return { "hard link": existsSync(link) };
  }));

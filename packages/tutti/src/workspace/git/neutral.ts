/** A candidate without its author: one commit on the base that holds its files and says nothing. */
import { CommitId } from "@tutti/protocol";
import { signature, type RunGit } from "./run-git.ts";

const NOBODY = { name: "Tutti", email: "tutti@localhost" } as const;
const MESSAGE = "Change under review\n";
const MS_PER_SECOND = 1000;

/** The same commit for the same tree and base. */
export async function neutralCommit(work: RunGit, candidate: CommitId): Promise<CommitId> {
  const { vault, base } = work;
  const format = ["log", "--no-walk=unsorted", "--format=%T %ct", candidate, base];
  const [subject, ground] = (await vault.call(format)).stdout.split("\n");
  const tree = subject?.split(" ")[0] ?? "";
  const seconds = ground?.split(" ")[1] ?? "0";
  const out = await vault.call(["commit-tree", "-p", base, tree], {
    env: signature(NOBODY, NOBODY, Number(seconds) * MS_PER_SECOND),
    stdin: MESSAGE,
  });
  return CommitId.parse(out.stdout.trim());
}

/** A person leaves parts of a change out: the rest is judged again, and alone is merged. */
import { expect, it } from "vitest";
import { createDaemon, jsonOf } from "../fixtures/daemon.ts";
import { createStrayProject, longText } from "../fixtures/stray.ts";

it("hunks and files that a person leaves out are not merged, and the gates ran again without them", async () => {
  using at = createStrayProject();
  await using daemon = createDaemon(at);
  const { tutti } = daemon;
  const run = ["run", "Change it", "--workflow", "signed", "--wait", "--json"];
  const waiting = jsonOf(await tutti(run));
  const id = waiting.run;

  const unknown = await tutti(["leave-out", id, "long.txt:7", "--json"]);
  expect([unknown.code, jsonOf(unknown).error.code]).toEqual([2, "hunk.unknown"]);
  const all = await tutti(["leave-out", id, "long.txt", "stray.txt", "--json"]);
  expect([all.code, jsonOf(all).error.code]).toEqual([5, "hunks.everything"]);

  const parts = ["stray.txt", "long.txt:2"];
  const left = await tutti(["leave-out", id, ...parts, "-m", "nobody asked", "--wait", "--json"]);
  expect(left.code).toBe(3);
  const view = jsonOf(left);
  const attempts = Object.fromEntries(
    view.steps.map((step: { id: string; attempts: number }) => [step.id, step.attempts]),
  );
  expect(attempts).toMatchObject({ implement: 1, test: 2, "rival-review": 2 });
  const files = [
    { path: "stray.txt", hunks: null },
    { path: "long.txt", hunks: ["-27,7 +27,7"] },
  ];
  expect(view.leftOut).toMatchObject([
    { before: waiting.candidate, candidate: view.candidate, files },
  ]);
  const [first = "", byPerson = ""] = (await tutti(["checkpoints", id])).stdout.split("\n");
  expect([first, byPerson]).toEqual([
    expect.stringMatching(/^\w{7} {2}implement, attempt 1 +2 files +alto anthropic$/u),
    expect.stringMatching(/^\w{7} {2}by .* 2 files .* human$/u),
  ]);
  const lines = (await tutti(["blame", id, "long.txt"])).stdout.split("\n");
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^3 +${first.slice(0, 7)} +alto anthropic$`, "u")),
    expect.stringMatching(new RegExp(`^30 +${byPerson.slice(0, 7)} .* human$`, "u")),
    "",
  ]);
  const told = (await tutti(["project"])).stdout;
  expect(told).toMatch(/there\.run +test -d \.\n +there\.timeout +30s/u);
  expect((await tutti(["projects"])).stdout).toContain("1 run, 1 open");

  const old = ["approve", id, "--subject", waiting.attention[0].subject, "--json"];
  expect(jsonOf(await tutti(old)).error.code).toBe("approval.moved");

  const back = jsonOf(await tutti(["put-back", id, "--wait", "--json"]));
  expect(back.candidate).toEqual(waiting.candidate);
  const once = jsonOf(
    await tutti(["leave-out", id, ...parts, "-m", "nobody asked", "--wait", "--json"]),
  );
  expect(once.candidate.tree).toBe(view.candidate.tree);

  expect((await tutti(["seen", id])).stdout).toBe("long.txt  not seen\n");
  expect((await tutti(["seen", id, "long.txt"])).code).toBe(0);
  expect((await tutti(["seen", id])).stdout).toBe("long.txt  seen\n");
  const { candidate, files: read } = await daemon.client.seen(id);
  expect([candidate, read]).toEqual([
    once.candidate.commit,
    [{ path: "long.txt", hunks: ["-1,6 +1,6"] }],
  ]);
  expect((await tutti(["approve", id, "--wait"])).code).toBe(0);
  const { approvals } = await daemon.client.run(id);
  expect(approvals.at(-1)?.seen).toEqual({ files: 1, hunks: 1, of: { files: 1, hunks: 1 } });
  expect(at.git("show", "main:long.txt")).toBe(longText("wanted").trimEnd());
  expect(at.git("ls-tree", "-r", "--name-only", "main")).not.toContain("stray.txt");
  expect(at.git("log", "--format=%an: %s", "main")).toContain("Kim: Leave out: nobody asked");
});

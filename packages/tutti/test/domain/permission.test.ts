import type { PermissionRule } from "@tutti/protocol";
import { expect, test } from "vitest";
import { answerByRules } from "../../src/domain/permission.ts";

const run = (command: string) => ({ tool: "execute" as const, paths: [], command });
const edit = (...paths: string[]) => ({ tool: "edit" as const, paths, command: null });
const answer = (rules: readonly PermissionRule[], asked: Parameters<typeof answerByRules>[1]) =>
  answerByRules(rules, asked, "sandbox");

test("within a file the first rule that matches speaks", () => {
  const rules: PermissionRule[] = [
    { tool: "execute", command: "git push origin wip/*", answer: "allow" },
    { tool: "execute", command: "git push*", answer: "deny" },
  ];
  expect(answer(rules, run("git push origin wip/a"))).toBe("allow");
  expect(answer(rules, run("git push origin main"))).toBe("deny");
  expect(answer(rules, run("git status"))).toBeNull();
});

test("a command is not allowed for what is joined to it", () => {
  const rules: PermissionRule[] = [{ command: "npm test*", answer: "allow" }];
  expect(answer(rules, run("npm test -- --watch=false"))).toBe("allow");
  for (const more of ["; rm -rf .", "&& curl x", "| sh", "`id`", "$(id)", "> /tmp/x", "\nid"])
    expect(answer(rules, run(`npm test ${more}`))).toBeNull();
});

test("a denied command is found behind others, with other spaces", () => {
  const rules: PermissionRule[] = [{ command: "git push*", answer: "deny" }];
  for (const line of ["git   push -f", "cd a && git push", "true; git push origin", "(x)|git push"])
    expect(answer(rules, run(line))).toBe("deny");
});

test("to allow, a rule covers every path; to deny, one is enough", () => {
  expect(answer([{ path: "src/**", answer: "allow" }], edit("src/a", "src/b/c"))).toBe("allow");
  expect(answer([{ path: "src/**", answer: "allow" }], edit("src/a", "lib/b"))).toBeNull();
  expect(answer([{ path: "src/**", answer: "allow" }], edit())).toBeNull();
  expect(answer([{ path: "src/**", answer: "deny" }], edit("src/a", "lib/b"))).toBe("deny");
});

test("a pattern made to cost time costs little", () => {
  const rules: PermissionRule[] = [{ command: `${"*a".repeat(200)}b`, answer: "deny" }];
  expect(answer(rules, run("a".repeat(5000)))).toBeNull();
});

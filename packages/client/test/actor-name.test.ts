import { expect, it } from "vitest";
import { actorName } from "../src/actor-name.ts";

const KIM = { kind: "person", id: "kim" } as const;
const TOKEN = { id: "t-4k2m", name: "nightly" };

it("a person is named with the programs that act for them", () => {
  expect(actorName(KIM)).toBe("kim");
  expect(actorName({ ...KIM, token: TOKEN })).toBe("kim, by token nightly (t-4k2m)");
  expect(actorName({ ...KIM, onBehalf: "the demo" })).toBe("kim, by the demo");
  expect(actorName({ ...KIM, onBehalf: "the demo", token: TOKEN })).toBe(
    "kim, by the demo, token nightly (t-4k2m)",
  );
});

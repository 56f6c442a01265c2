import { describe, expect, it } from "vitest";
import { AT_REST, flightOf, isFlying, type Sight } from "../src/ui/use-flight.ts";

const at = (first: number, isScrolling = true): Sight => ({ first, last: first + 40, isScrolling });

const isFlyingAfter = (...sights: readonly Sight[]): boolean =>
  isFlying(sights.reduce((flight, sight) => flightOf(flight, sight), AT_REST));

describe("a list", () => {
  it("flies past when nothing of what was on screen stays there, again and again", () => {
    expect(isFlyingAfter(at(0, false), at(500), at(1000))).toBe(true);
    expect(isFlyingAfter(at(9000, false), at(8000), at(7000))).toBe(true);
  });

  it("does not for one jump, to its end or to what was searched for", () => {
    expect(isFlyingAfter(at(0, false), at(90_000))).toBe(false);
  });

  it("does not when it is scrolled as one reads, also after it flew", () => {
    expect(isFlyingAfter(at(0, false), at(20), at(40), at(60))).toBe(false);
    expect(isFlyingAfter(at(0, false), at(500), at(1000), at(1020))).toBe(false);
  });

  it("does not once it has come to rest", () => {
    expect(isFlyingAfter(at(0, false), at(500), at(1000), at(1000, false))).toBe(false);
  });

  it("stays as it is, the same object, while the same rows are on screen", () => {
    const flight = flightOf(flightOf(AT_REST, at(500)), at(1000));
    expect(flightOf(flight, at(1000))).toBe(flight);
  });
});

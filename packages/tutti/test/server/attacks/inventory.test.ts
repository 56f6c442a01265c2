/** Every route, and the groups of attacks that look at its kind. A new kind of surface needs its group first. */
import { expect, it } from "vitest";
import { routes } from "./routes.ts";

/** Groups of research on attacks against servers of this kind, by what a route is. */
const GROUPS: Readonly<Record<string, readonly RegExp[]>> = {
  "signing in and tokens (A4, A11, A17, A21)": [/^\/session$/u, /^\/tokens/u, /^\/web/u],
  "reading (A1–A3, A6, A14–A16, A18)": [
    /^\/(?:health|attention|usage|agents|audit|fleet|landings|projects|project|search|openapi\.json)$/u,
    /^\/runs(?:\/:run(?:\/(?:events|diff|blame|checkpoints|conflicts|seen|sessions|shell|artifacts\/:name))?)?$/u,
    /^\/sessions\/:session\/transcript$/u,
    /^\/blobs\/:hash$/u,
  ],
  "streams (A7, A11, A13)": [/^\/events$/u],
  "terminals (A3, A4, A7, A11, A12, A13, A17, A20)": [
    /^\/runs\/:run\/terminals(?:\/:terminal(?:\/(?:output|input|size))?)?$/u,
  ],
  "changing (A3, A13, A17)": [
    /^\/runs(?:\/:run\/(?:commands|halt|artifacts\/:name|findings\/:finding\/opinion))?$/u,
    /^\/(?:doctor|gc|stop|agents\/test|project\/advice)$/u,
    /^\/fleet\/(?:pause|stop|resume)$/u,
    /^\/keys(?:\/:name)?$/u,
  ],
};

/** Surfaces that no group of this folder looks at. */
const UNSEEN = /login|oauth|saml|scim|tenant|org|webhook|hook|callback|mcp|proxy|upload|exec|pty/iu;

it("each route is of a kind that attacks are tried on", () => {
  const all = routes();
  expect(all.length).toBeGreaterThan(20);
  const patterns = Object.values(GROUPS).flat();
  const unknown = all.filter(({ path }) => !patterns.some((pattern) => pattern.test(path)));
  expect(unknown).toEqual([]);
  expect(all.filter(({ path }) => UNSEEN.test(path))).toEqual([]);
});

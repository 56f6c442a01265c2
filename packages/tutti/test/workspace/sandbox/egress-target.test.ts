import { describe, expect, test } from "vitest";
import { isForeignAddress, isLocalHost } from "../../../src/platform/local-address.ts";
import {
  decideEgress,
  readAllowList,
  readTarget,
} from "../../../src/workspace/sandbox/egress-target.ts";

const USER = { mayBeLocal: true };

test.each([
  ["api.example.com:443", "api.example.com:443"],
  ["API.Example.COM:443", "api.example.com:443"],
  ["api.example.com.:443", "api.example.com:443"],
  ["localhost:8080", "localhost:8080"],
  ["192.0.2.7:443", "192.0.2.7:443"],
  ["xn--bcher-kva.example:443", "xn--bcher-kva.example:443"],
])("%s has the one spelling %s", (text, spelling) => {
  const target = readTarget(text);
  expect(typeof target === "string" ? target : `${target.host}:${target.port}`).toBe(spelling);
});

test.each([
  "",
  "api.example.com",
  "api.example.com:",
  "api.example.com:0",
  "api.example.com:65536",
  "api.example.com:0443",
  "api.example.com:443:443",
  "api.example.com..:443",
  ".example.com:443",
  "user@api.example.com:443",
  "api.example.com@evil.example:443",
  "api.example.com\0.evil.example:443",
  "api.example.com%00.evil.example:443",
  "api.example.com /:443",
  "[::1]:443",
  "::1:443",
  "127.1:443",
  "2130706433:443",
  "0x7f000001:443",
  "0x7f.0.0.1:443",
  "0177.0.0.1:443",
  "127.0.0.1.:0",
  "bücher.example:443",
  `${"a".repeat(64)}.example:443`,
  `${"a.".repeat(200)}example:443`,
])("%j has no spelling at all", (text) => {
  expect(typeof readTarget(text)).toBe("string");
});

describe("a list", () => {
  const allowed = readAllowList(["API.example.com:443", "192.0.2.7:8443", "not a target"], {
    mayBeLocal: true,
  });

  test.each([
    ["api.example.com:443", "allowed"],
    ["Api.Example.Com.:443", "allowed"],
    ["192.0.2.7:8443", "allowed"],
    ["api.example.com:80", "refused"],
    ["evil.api.example.com:443", "refused"],
    ["api.example.com.evil.example:443", "refused"],
    ["192.0.2.8:8443", "refused"],
  ] as const)("%s is %s", (text, kind) => {
    expect(decideEgress(text, allowed).kind).toBe(kind);
  });

  test("means port 443 where it names none", () => {
    expect([...readAllowList(["API.example.com"], USER)]).toEqual(["api.example.com:443"]);
  });

  test("allows nothing when it is empty", () => {
    expect(decideEgress("api.example.com:443", readAllowList([], USER)).kind).toBe("refused");
  });
});

test.each([
  ["192.0.2.7", true],
  ["10.1.2.3", false],
  ["172.31.255.1", false],
  ["172.32.0.1", true],
  ["192.168.1.1", false],
  ["100.64.0.1", false],
  ["100.100.100.200", false],
  ["::ffff:10.0.0.1", false],
  ["64:ff9b::a00:1", false],
  ["2002:7f00:1::", false],
  ["fd12:3456::1", false],
  ["2001:db8::1", true],
  ["127.0.0.1", false],
  ["127.8.9.10", false],
  ["0.0.0.0", false],
  ["169.254.169.254", false],
  ["224.0.0.1", false],
  ["::1", false],
  ["::", false],
  ["::ffff:127.0.0.1", false],
  ["fe80::1", false],
  ["fd00:ec2::254", false],
])("a name that resolves to %s leads outside: %s", (address, isForeign) => {
  expect(isForeignAddress(address)).toBe(isForeign);
});

test("a project's list never leads to this machine or into its networks, the user's own may", () => {
  const local = ["localhost:80", "a.localhost:80", "ip6-loopback:80", "127.0.0.1:80"];
  const metadata = ["169.254.169.254:80", "10.0.0.1:443", "192.168.1.1:22", "0.0.0.0:80"];
  const foreign = ["192.0.2.7:443", "localhost.example:443"];
  const entries = [...local, ...metadata, ...foreign];
  expect([...readAllowList(entries, { mayBeLocal: false })]).toEqual(foreign);
  expect([...readAllowList(entries, USER)]).toEqual(entries);
  expect(["::1", "LOCALHOST.", "fd00::1"].map(isLocalHost)).toEqual([true, true, true]);
});

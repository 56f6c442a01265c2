import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  isSupportedArchitecture,
  REFUSED_CALLS,
  seccompFilter,
} from "../../../src/workspace/sandbox/seccomp.ts";
import {
  SYSCALLS,
  type Architecture,
  type SyscallName,
} from "../../../src/workspace/sandbox/syscalls.ts";

const HEADERS = {
  x64: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
  arm64: "/usr/include/asm-generic/unistd.h",
} as const;

/** Newer than the headers of the oldest supported distribution. */
const NEWER_THAN_HEADERS = new Set<string>(["open_tree_attr"]);

function numbersIn(header: string): Map<string, number> {
  const lines = readFileSync(header, "utf8").matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)/gmu);
  return new Map([...lines].map(([, name = "", number]) => [name, Number(number)]));
}

for (const arch of ["x64", "arm64"] as const) {
  const header = HEADERS[arch];
  test.skipIf(!existsSync(header))(`the numbers for ${arch} are those of ${header}`, () => {
    const known = numbersIn(header);
    for (const [name, numbers] of Object.entries(SYSCALLS)) {
      if (NEWER_THAN_HEADERS.has(name)) continue;
      expect([name, numbers[arch]]).toEqual([name, known.get(name) ?? null]);
    }
  });
}

type Call = {
  readonly arch: Architecture;
  readonly number: number;
  readonly args?: readonly number[];
  readonly audit?: number;
};

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const errno = (number: number): number => 0x00050000 | number;

/** A classic BPF machine with the instructions the kernel would run, over `struct seccomp_data`. */
function verdict({ arch, number, args = [], audit = AUDIT[arch] }: Call): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(audit, 4);
  args.forEach((value, index) => data.writeUInt32LE(value >>> 0, 16 + 8 * index));
  const program = seccompFilter(arch);
  let loaded = 0;
  for (let at = 0; at < program.length; at += 8) {
    const code = program.readUInt16LE(at);
    const value = program.readUInt32LE(at + 4);
    if (code === 0x06) return value;
    if (code === 0x20) loaded = data.readUInt32LE(value);
    else {
      const holds = code === 0x15 ? loaded === value : (loaded & value) !== 0;
      at += 8 * program.readUInt8(at + (holds ? 2 : 3));
    }
  }
  throw new Error("the program ran off its end");
}

const numberOf = (name: SyscallName, arch: Architecture): number => SYSCALLS[name][arch] ?? -1;

describe.each(["x64", "arm64"] as const)("the filter for %s", (arch) => {
  test("refuses every call of its groups and allows what stands beside them", () => {
    for (const name of REFUSED_CALLS) {
      const number = numberOf(name, arch);
      if (number < 0) continue;
      expect([name, verdict({ arch, number })]).not.toEqual([name, ALLOW]);
    }
    const read = arch === "x64" ? 0 : 63;
    expect(verdict({ arch, number: read })).toBe(ALLOW);
    const landlock = 444;
    expect(verdict({ arch, number: landlock })).toBe(ALLOW);
  });

  test("lets threads and processes be made, but no user namespace", () => {
    for (const name of ["clone", "unshare"] as const) {
      const number = numberOf(name, arch);
      expect(verdict({ arch, number, args: [0x003d0f00] })).toBe(ALLOW);
      expect(verdict({ arch, number, args: [0x10000011] })).toBe(errno(1));
    }
    expect(verdict({ arch, number: numberOf("clone3", arch) })).toBe(errno(38));
  });

  test("refuses to type into a terminal, and no other request of it", () => {
    const number = numberOf("ioctl", arch);
    expect(verdict({ arch, number, args: [0, 0x5412] })).toBe(errno(1));
    expect(verdict({ arch, number, args: [0, 0x541c] })).toBe(errno(1));
    expect(verdict({ arch, number, args: [0, 0x5401] })).toBe(ALLOW);
  });

  test("allows four socket families", () => {
    const number = numberOf("socket", arch);
    const families = Array.from({ length: 46 }, (_, family) => family);
    const allowed = families.filter(
      (family) => verdict({ arch, number, args: [family] }) === ALLOW,
    );
    expect(allowed).toEqual([1, 2, 10, 16]);
    expect(verdict({ arch, number, args: [40] })).toBe(errno(97));
  });

  test("ends a program of another architecture", () => {
    expect(verdict({ arch, number: 1, audit: 0x40000003 })).toBe(KILL);
  });
});

test("the calls with 32-bit pointers of x86-64 do not exist", () => {
  const socket = numberOf("socket", "x64");
  expect(verdict({ arch: "x64", number: socket | 0x40000000, args: [40] })).toBe(errno(38));
});

test("there is a filter for two architectures", () => {
  expect(["x64", "arm64", "riscv64", "ia32"].filter(isSupportedArchitecture)).toEqual([
    "x64",
    "arm64",
  ]);
});

/**
 * Classic BPF as seccomp uses it: an assembler of exactly the five instructions a filter needs.
 * Reference: linux/filter.h, linux/seccomp.h. All multi-byte fields are little-endian, as on both
 * supported architectures.
 */

/** `if` branches are numbers of instructions to skip. */
export type Instruction = {
  readonly code: number;
  readonly ifTrue: number;
  readonly ifFalse: number;
  readonly value: number;
};

const LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_BITS = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

/** Offsets in `struct seccomp_data`. An argument is 64 bits wide; its low half comes first. */
export const DATA = {
  number: 0,
  architecture: 4,
  argument: (index: number): number => 16 + 8 * index,
} as const;

export const ACTION = {
  allow: 0x7fff0000,
  killProcess: 0x80000000,
  error: (errno: number): number => 0x00050000 | errno,
} as const;

/** Linux refuses longer programs (BPF_MAXINSNS). */
const MAX_INSTRUCTIONS = 4096;
const INSTRUCTION_BYTES = 8;

export const load = (offset: number): Instruction => ({
  code: LOAD_WORD,
  ifTrue: 0,
  ifFalse: 0,
  value: offset,
});

export const give = (action: number): Instruction => ({
  code: RETURN,
  ifTrue: 0,
  ifFalse: 0,
  value: action,
});

/** Skips `ifTrue` or `ifFalse` instructions. */
export const whenEqual = (value: number, ifTrue: number, ifFalse: number): Instruction => ({
  code: JUMP_EQUAL,
  ifTrue,
  ifFalse,
  value,
});

/** Whether any of the bits is set. */
export const whenBits = (value: number, ifTrue: number, ifFalse: number): Instruction => ({
  code: JUMP_BITS,
  ifTrue,
  ifFalse,
  value,
});

/** `struct sock_filter[]`. */
export function assemble(program: readonly Instruction[]): Buffer {
  if (program.length > MAX_INSTRUCTIONS) throw new RangeError("seccomp program too long");
  const bytes = Buffer.alloc(program.length * INSTRUCTION_BYTES);
  program.forEach(({ code, ifTrue, ifFalse, value }, index) => {
    const at = index * INSTRUCTION_BYTES;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(ifTrue, at + 2);
    bytes.writeUInt8(ifFalse, at + 3);
    bytes.writeUInt32LE(value >>> 0, at + 4);
  });
  return bytes;
}

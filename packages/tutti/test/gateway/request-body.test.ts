import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRequest } from "../../src/gateway/request-body.ts";

const read = (body: object) =>
  readRequest(Buffer.from(JSON.stringify(body)), { encoding: "", pathModel: null });

describe("what a request may take at most", () => {
  it.each([
    [{ max_tokens: 100 }, 100],
    [{ max_output_tokens: 100 }, 100],
    [{ max_completion_tokens: 100, max_tokens: 50 }, 100],
    [{ generationConfig: { maxOutputTokens: 100 } }, 100],
    [{ max_tokens: 100, n: 3 }, 300],
    [{ generationConfig: { maxOutputTokens: 100, candidateCount: 2 } }, 200],
    [{}, 32_000],
    [{ max_tokens: "many" }, 32_000],
    [{ max_tokens: -1 }, 32_000],
  ])("of output is what %j names", (body, tokens) => {
    expect(read(body)?.reservedOutput).toBe(tokens);
  });

  it("of input is half its bytes, whatever the text", () => {
    const body = { messages: [{ content: "Grüezi 你好 🎼".repeat(100) }] };
    const bytes = Buffer.byteLength(JSON.stringify(body));
    expect(read(body)?.reservedInput).toBe(Math.ceil(bytes / 2));
  });

  it("counts each long run of base64 as an attachment, wherever it lies", () => {
    const part = fc.oneof(
      fc
        .integer({ min: 1, max: 9_000 })
        .map((length) => "Ab3+/-_z".repeat(length).slice(0, length)),
      fc.integer({ min: 1, max: 9_000 }).map((length) => " .,é".repeat(length).slice(0, length)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = JSON.stringify({ data: parts.join("") });
        const runs = [...text.matchAll(/[A-Za-z0-9+/_-]{4096,}/gu)].map(([run]) => run.length);
        const plain = Buffer.byteLength(text) - runs.reduce((sum, length) => sum + length, 0);
        const attached = runs.reduce(
          (sum, length) => sum + Math.max(2_000, Math.ceil(length / 200)),
          0,
        );
        expect(read(JSON.parse(text))?.reservedInput).toBe(Math.ceil(plain / 2) + attached);
      }),
    );
  });
});

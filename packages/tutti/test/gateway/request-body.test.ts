import fc from "fast-check";
import type { Dialect } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { readRequest } from "../../src/gateway/request-body.ts";
import type { RequestFacts } from "../../src/gateway/request-body.ts";

const answer = (body: unknown, dialect: Dialect = "anthropic") =>
  readRequest(Buffer.from(JSON.stringify(body)), { encoding: "", dialect, pathModel: null });

const read = (body: unknown, dialect?: Dialect): RequestFacts => {
  const facts = answer(body, dialect);
  if ("status" in facts) throw new Error(facts.message);
  return facts;
};

describe("what a request may take at most", () => {
  it.each<[Dialect, object, number]>([
    ["anthropic", { max_tokens: 100 }, 100],
    ["anthropic", { max_output_tokens: 100 }, 32_000],
    ["openai-responses", { max_output_tokens: 100 }, 100],
    ["openai-responses", { max_tokens: 100 }, 32_000],
    ["openai-chat", { max_completion_tokens: 50, max_tokens: 100 }, 100],
    ["openai-chat", { max_tokens: 100, n: 3 }, 300],
    ["google", { generationConfig: { maxOutputTokens: 100 } }, 100],
    ["google", { generation_config: { max_output_tokens: 100 } }, 100],
    [
      "google",
      {
        generationConfig: { maxOutputTokens: 1, candidateCount: 2 },
        generation_config: { maxOutputTokens: 100, candidate_count: 3 },
      },
      300,
    ],
    ["google", { max_tokens: 100, n: 3 }, 32_000],
    ["anthropic", {}, 32_000],
    ["openai-chat", { max_tokens: null }, 32_000],
    ["openai-chat", { max_tokens: -1 }, 32_000],
    ["openai-chat", { max_tokens: 0, max_completion_tokens: 10 }, 32_000],
  ])("of output, for %s, is what %j names", (dialect, body, tokens) => {
    expect(read(body, dialect).reservedOutput).toBe(tokens);
  });

  it.each([
    { max_tokens: "100" },
    { max_tokens: 1.5 },
    { generationConfig: { maxOutputTokens: "8192" } },
    { n: [2] },
    { model: ["gpt-5"] },
    { model: "x".repeat(201) },
    { models: ["x".repeat(201)] },
    [],
    "text",
    null,
  ])("is not guessed where %j can be read in several ways", (body) => {
    expect(answer(body)).toMatchObject({ status: 400 });
  });

  it.each([
    { Model: "gpt-5" },
    { MAX_TOKENS: 9 },
    { "max_to\u212Aens": 9 },
    { "model\u017F": ["gpt-5"] },
    { Stream: true },
  ])("is not looked for in %j, which only some servers heed", (body) => {
    expect(answer(body)).toMatchObject({
      status: 400,
      message: expect.stringContaining("spelled"),
    });
  });

  it("of input is half its bytes, whatever the text", () => {
    const body = { messages: [{ content: "Gr\u00fcezi \u4f60\u597d \u{1F3BC}".repeat(100) }] };
    const bytes = Buffer.byteLength(JSON.stringify(body));
    expect(read(body).reservedInput).toBe(Math.ceil(bytes / 2));
  });
});

const DATA = "Ab3+/-_z".repeat(5_000);
const TOKENS = 2_000;
const DATA_URL = `data:image/png;base64,${DATA}`;

describe("an attachment", () => {
  it.each<[Dialect, (data: string) => object]>([
    ["anthropic", (data) => ({ messages: [{ content: [{ source: { type: "base64", data } }] }] })],
    ["openai-chat", (url) => ({ messages: [{ content: [{ image_url: { url } }] }] })],
    ["openai-chat", (file_data) => ({ messages: [{ content: [{ file: { file_data } }] }] })],
    ["openai-chat", (data) => ({ messages: [{ content: [{ input_audio: { data } }] }] })],
    ["openai-responses", (image_url) => ({ input: [{ type: "input_image", image_url }] })],
    ["openai-responses", (file_data) => ({ input: [{ type: "input_file", file_data }] })],
    ["google", (data) => ({ contents: [{ parts: [{ inlineData: { data } }] }] })],
    ["google", (data) => ({ contents: [{ parts: [{ inline_data: { data } }] }] })],
  ])("of %s counts by what it takes", (dialect, bodyOf) => {
    for (const text of [DATA, DATA_URL]) {
      const body = bodyOf(text);
      const plain = Buffer.byteLength(JSON.stringify(body)) - DATA.length;
      expect(read(body, dialect).reservedInput).toBe(Math.ceil(plain / 2) + TOKENS);
    }
  });

  it.each<[Dialect, object]>([
    ["anthropic", { messages: [{ content: DATA }] }],
    ["anthropic", { messages: [{ content: [{ source: { type: "text", data: DATA } }] }] }],
    [
      "anthropic",
      { messages: [{ content: [{ input: { source: { type: "base64", data: DATA } } }] }] },
    ],
    ["openai-responses", { input: DATA }],
    ["openai-responses", { input: [{ type: "message", image_url: DATA }] }],
    [
      "google",
      { contents: [{ parts: [{ functionCall: { args: { inlineData: { data: DATA } } } }] }] },
    ],
    ["anthropic", { messages: [{ content: [{ source: { type: "base64", data: `${DATA} ` } }] }] }],
  ])("of %s is none where an agent may write what it likes", (dialect, body) => {
    const bytes = Buffer.byteLength(JSON.stringify(body));
    expect(read(body, dialect).reservedInput).toBe(Math.ceil(bytes / 2));
  });

  it("is looked for however deep a body is nested", () => {
    const depth = 50_000;
    const text = `{"messages":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const facts = readRequest(Buffer.from(text), {
      encoding: "",
      dialect: "anthropic",
      pathModel: null,
    });
    expect(facts).toMatchObject({ reservedInput: Math.ceil(text.length / 2) });
  });
});

describe("the models of a request", () => {
  it("are all that it names, each once", () => {
    const body = {
      model: "one",
      models: ["two", "one"],
      fallbacks: [{ model: "three" }, "four", 5],
      tools: [{ type: "image_generation", model: "six" }, "seven", null],
    };
    expect(read(body)).toMatchObject({
      model: "one",
      models: ["one", "two", "three", "four", "six"],
    });
    expect(read({}).models).toEqual([]);
  });

  it("begin with the one in the path", () => {
    const bytes = Buffer.from(JSON.stringify({ model: "two" }));
    const facts = readRequest(bytes, { encoding: "", dialect: "google", pathModel: "one" });
    expect(facts).toMatchObject({ model: "one", models: ["one", "two"] });
  });

  it("are read the same whatever else stands in the body", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (others) => {
        const facts = answer({
          ...others,
          model: "one",
          models: null,
          fallbacks: null,
          tools: null,
        });
        expect("status" in facts || facts.models).toEqual("status" in facts || ["one"]);
      }),
    );
  });
});

it.each([true, 1, "true"])("an answer in the background (%j) is refused", (background) => {
  expect(answer({ model: "gpt-5", background }, "openai-responses")).toMatchObject({ status: 403 });
});

it("an encoding that nobody knows is refused", () => {
  const facts = readRequest(Buffer.from("{}"), {
    encoding: "constructor",
    dialect: "anthropic",
    pathModel: null,
  });
  expect(facts).toMatchObject({ status: 400 });
});

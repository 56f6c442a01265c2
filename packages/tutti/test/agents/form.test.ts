/** Forms of agents, which are foreign: what is known is shown, what is not is never half asked. */
import { expect, it } from "vitest";
import { formOf } from "../../src/agents/acp/form.ts";

const form = (properties: Record<string, unknown>, required: string[] = []) =>
  formOf({ properties, required });

it("each kind of field is read with its rules and what the agent proposes", () => {
  const read = form(
    {
      name: {
        type: "string",
        title: "Name",
        description: "Of the table",
        minLength: 2,
        default: "users",
      },
      when: { type: "string", format: "date" },
      engine: { type: "string", enum: ["sqlite", "postgres"], default: "mysql" },
      style: { type: "string", oneOf: [{ const: "a", title: "Plain", description: "No frills" }] },
      rows: { type: "integer", minimum: 1, default: 0 },
      isShared: { type: "boolean", default: false },
      parts: { type: "array", items: { anyOf: [{ const: "x", title: "The x" }] }, default: ["x"] },
      tags: { type: "array", items: { type: "string", enum: ["t"] }, maxItems: 1 },
    },
    ["name"],
  );
  const about = null;
  const isRequired = false;
  const text = { kind: "text", minLength: null, maxLength: null, format: null, pattern: null };
  expect(read).toEqual({
    kind: "form",
    fields: [
      {
        ...text,
        name: "name",
        title: "Name",
        about: "Of the table",
        isRequired: true,
        minLength: 2,
        preset: "users",
      },
      { ...text, name: "when", title: "when", about, isRequired, format: "date", preset: null },
      {
        kind: "choice",
        name: "engine",
        title: "engine",
        about,
        isRequired,
        choices: ["sqlite", "postgres"].map((value) => ({ value, title: value, about })),
        preset: null,
      },
      {
        kind: "choice",
        name: "style",
        title: "style",
        about,
        isRequired,
        choices: [{ value: "a", title: "Plain", about: "No frills" }],
        preset: null,
      },
      {
        kind: "number",
        name: "rows",
        title: "rows",
        about,
        isRequired,
        isWhole: true,
        min: 1,
        max: null,
        preset: null,
      },
      { kind: "yes-no", name: "isShared", title: "isShared", about, isRequired, preset: false },
      {
        kind: "choices",
        name: "parts",
        title: "parts",
        about,
        isRequired,
        choices: [{ value: "x", title: "The x", about }],
        minItems: null,
        maxItems: null,
        preset: ["x"],
      },
      {
        kind: "choices",
        name: "tags",
        title: "tags",
        about,
        isRequired,
        choices: [{ value: "t", title: "t", about }],
        minItems: null,
        maxItems: 1,
        preset: null,
      },
    ],
  });
});

it("a field that cannot be shown is left out where it may be, else nothing is asked", () => {
  const odd = { type: "object", properties: {} };
  const text = { type: "string" };
  expect(form({ odd, text })).toMatchObject({ kind: "form", fields: [{ name: "text" }] });
  expect(form({ odd, text }, ["odd"]).kind).toBe("unknown");
  expect(form({ odd }).kind).toBe("unknown");
  expect(form({})).toEqual({ kind: "form", fields: [] });
  expect(form(JSON.parse('{"__proto__": {"type": "string"}}'), ["__proto__"]).kind).toBe("unknown");
});

it("nothing is taken without a bound", () => {
  const many = Object.fromEntries(
    Array.from({ length: 1000 }, (_none, index) => [`f${index}`, { type: "string" }]),
  );
  const read = form(many);
  expect(read.kind === "form" ? read.fields.length : 0).toBe(30);
  expect(form(many, ["f999"]).kind).toBe("unknown");
  const long = "x".repeat(5000);
  const cut = form({ text: { type: "string", title: long, description: long } });
  expect(JSON.stringify(cut).length).toBeLessThan(2000);
  expect(form({ one: { type: "string", enum: [long] } }, ["one"]).kind).toBe("unknown");
});

it("a choice that is offered twice is one, and a form beyond its size is not asked", () => {
  const twice = [
    { const: "a", title: "First" },
    { const: "b", title: "Second" },
    { const: "a", title: "Other" },
  ];
  expect(form({ one: { type: "string", oneOf: twice } })).toMatchObject({
    fields: [{ choices: [{ title: "First" }, { title: "Second" }] }],
  });
  const large = Array.from({ length: 100 }, (_none, index) => ({
    const: `${index} ${"x".repeat(900)}`,
    title: "y".repeat(300),
  }));
  expect(form({ one: { type: "string", oneOf: large } })).toMatchObject({
    kind: "unknown",
    because: "its form is too large to be shown",
  });
});

it("every field and every choice has a title that can be seen", () => {
  const oneOf = [
    { const: "a", title: " " },
    { const: "", title: "\u200B" },
  ];
  expect(
    form({ name: { type: "string", title: "" }, "\u202E": { type: "string", oneOf } }),
  ).toMatchObject({
    fields: [
      { title: "name" },
      { title: "(no name)", choices: [{ title: "a" }, { title: "(no name)" }] },
    ],
  });
});

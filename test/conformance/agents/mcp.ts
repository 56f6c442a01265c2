/** An MCP server on standard streams with one tool, and a client for agents that have none. */

/** Program: writes down in the file `CALLED` with what its tool was called, and answers. */
export const TOOL_SERVER = `
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
const { CALLED, COLOUR } = process.env;
const inputSchema = {
  type: "object",
  properties: { note: { type: "string" } },
  required: ["note"],
};
const tools = [{ name: "tune", description: "Tunes to a note.", inputSchema }];
const methods = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "tools", version: "1.0.0" },
  }),
  ping: () => ({}),
  "tools/list": () => ({ tools }),
  "tools/call": (params) => {
    writeFileSync(CALLED, JSON.stringify({ arguments: params.arguments, colour: COLOUR }));
    return { content: [{ type: "text", text: "tuned to " + params.arguments.note }] };
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const answer = methods[method];
  const outcome = answer === undefined
    ? { error: { code: -32601, message: "no such method" } }
    : { result: answer(params ?? {}) };
  process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, ...outcome }) + "\\n");
}
`;

/** Program: calls a tool of the first server that a scripted agent was given, and prints the answer. */
export const TOOL_CLIENT = `
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
const [server] = JSON.parse(process.env.SCRIPTED_MCP);
const [name, args] = process.argv.slice(2);
const env = Object.fromEntries(server.env.map((one) => [one.name, one.value]));
const child = spawn(server.command, server.args, {
  env: { ...process.env, ...env },
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const ask = async (id, method, params) => {
  child.stdin.write(JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\\n");
  return (await answers.next()).value;
};
const clientInfo = { name: "scripted", version: "1.0.0" };
await ask(1, "initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
console.log(await ask(2, "tools/call", { name, arguments: JSON.parse(args) }));
child.stdin.end();
`;

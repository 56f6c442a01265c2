import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";
import { json } from "./text.ts";

const DEFAULT_MODEL = "gpt-6.1-sol";

const throughGateway = (url: string, { token, model }: LaunchInput): object => {
  const id = model ?? DEFAULT_MODEL;
  return {
    enabled_providers: ["tutti"],
    model: `tutti/${id}`,
    small_model: `tutti/${id}`,
    provider: {
      tutti: {
        npm: "@ai-sdk/openai-compatible",
        name: "tutti",
        options: { baseURL: `${url}/v1`, apiKey: token },
        models: { [id]: {} },
      },
    },
  };
};

const modelOfItsOwn = ({ model }: LaunchInput): object => (model === null ? {} : { model });

const config = (input: LaunchInput): object => ({
  share: "disabled",
  autoupdate: false,
  // Its default asks for nothing.
  permission: { edit: "ask", bash: "ask" },
  ...(input.gatewayUrl === null ? modelOfItsOwn(input) : throughGateway(input.gatewayUrl, input)),
});

const launch = (input: LaunchInput): LaunchPlan => ({
  args: [],
  env: {
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  },
  homeFiles: { ".config/opencode/opencode.json": json(config(input)) },
});

export const opencode: CatalogEntry = {
  id: "opencode",
  title: "OpenCode",
  family: "openai",
  provider: "openai",
  dialect: "openai-chat",
  distribution: {
    kind: "npm",
    package: "opencode-ai@1.18.33",
    program: "opencode",
    args: ["acp"],
    needs: [],
  },
  node: null,
  model: DEFAULT_MODEL,
  quirks: {
    mode: null,
    asks: "write-and-shell",
    load: { kind: "after", ageMs: 0 },
    canResume: true,
    mcp: "stdio",
    privateMethods: { requests: [], notifications: [] },
    modelOption: null,
    effortOption: null,
    notes: [
      "It takes 0.5 to 1.4 GB of memory and several seconds to start.",
      "A refused request for permission ends its turn as if all were well.",
      "It tries to reach the npm registry at its start; the fence refuses and it goes on.",
    ],
  },
  signIn: "opencode auth login",
  credentialFiles: [".local/share/opencode/auth.json"],
  launch,
};

import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";

const DEFAULT_MODEL = "gpt-6.1-sol";

const gateway = ({ gatewayUrl, token }: LaunchInput): LaunchPlan["env"] =>
  gatewayUrl === null
    ? {}
    : {
        GOOSE_PROVIDER: "openai",
        OPENAI_HOST: gatewayUrl,
        OPENAI_BASE_PATH: "v1/chat/completions",
        OPENAI_API_KEY: token,
      };

const model = (input: LaunchInput): LaunchPlan["env"] => {
  const id = input.model ?? (input.gatewayUrl === null ? null : DEFAULT_MODEL);
  return id === null ? {} : { GOOSE_MODEL: id };
};

const launch = (input: LaunchInput): LaunchPlan => ({
  args: [],
  env: {
    ...gateway(input),
    ...model(input),
    GOOSE_MODE: "approve",
    GOOSE_TELEMETRY_ENABLED: "false",
    // There is no keyring inside the fence.
    GOOSE_DISABLE_KEYRING: "1",
  },
  homeFiles: {},
});

/** From its documentation: this one has not been run. */
export const goose: CatalogEntry = {
  id: "goose",
  title: "goose",
  family: "openai",
  provider: "openai",
  dialect: "openai-chat",
  distribution: {
    kind: "command",
    program: "goose",
    args: ["acp"],
    install:
      "curl -fsSL https://github.com/block/goose/releases/download/stable/download_cli.sh | CONFIGURE=false bash",
  },
  node: null,
  model: DEFAULT_MODEL,
  quirks: {
    mode: null,
    asks: "write-and-shell",
    load: { kind: "never" },
    canResume: false,
    mcp: "stdio",
    privateMethods: { requests: [], notifications: [] },
    modelOption: null,
    effortOption: null,
    notes: ["Taken from its documentation and not tried: `tutti agents test goose` tells."],
  },
  // With a keyring it would write no file.
  signIn: "GOOSE_DISABLE_KEYRING=1 goose configure",
  credentialFiles: [".config/goose/secrets.yaml", ".config/goose/config.yaml"],
  loginSettings: [".config/goose/config.yaml"],
  launch,
};

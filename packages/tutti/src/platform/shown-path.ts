/**
 * Which host paths may be shown inside the fence (`sandbox.read`). One list: the configuration is held
 * against it when it is read, and the places when they are made, then with links resolved.
 */

/** Below the home folder. A path may neither be one of these, nor lie in one, nor contain one. */
const SECRETS = [
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".kube",
  ".docker",
  ".netrc",
  ".npmrc",
  ".yarnrc.yml",
  ".pypirc",
  ".git-credentials",
  ".gitconfig",
  ".password-store",
  ".mozilla",
  ".thunderbird",
  ".bash_history",
  ".zsh_history",
  ".config/gh",
  ".config/git",
  ".config/gcloud",
  ".config/google-chrome",
  ".config/chromium",
  ".config/tutti",
  ".local/share/keyrings",
  ".local/share/tutti",
  ".local/state/tutti",
  ".cargo/credentials.toml",
  ".cargo/credentials",
  ".gem/credentials",
  ".m2/settings.xml",
  ".gradle/gradle.properties",
  ".pki",
  ".vault-token",
  ".config/op",
  ".config/1Password",
  ".config/Bitwarden",
  ".config/Bitwarden CLI",
  ".config/BraveSoftware",
  ".config/microsoft-edge",
  ".config/glab-cli",
  ".config/github-copilot",
  ".config/hub",
  ".config/rclone",
  ".config/sops",
  ".config/age",
  ".config/helm",
  ".config/doctl",
  ".config/containers",
  ".config/composer/auth.json",
  ".composer/auth.json",
  ".config/pypoetry/auth.toml",
  ".nuget/NuGet/NuGet.Config",
  ".terraform.d/credentials.tfrc.json",
  ".terraformrc",
  ".pulumi/credentials.json",
  ".cache/huggingface/token",
  ".huggingface",
  ".databrickscfg",
  ".snowflake",
  ".oci",
  ".boto",
  ".s3cfg",
  ".fly",
  ".pgpass",
  ".my.cnf",
  ".mylogin.cnf",
  ".psql_history",
  ".python_history",
  ".node_repl_history",
  ".local/share/fish",
  ".local/share/kwalletd",
  ".local/share/containers",
  ".local/share/uv/credentials",
  ".var/app",
  ".Xauthority",
  ".ICEauthority",
  ".dbus",
  // Agents' own logins. The tests hold this list against the catalogue.
  ".claude.json",
  ".claude/.credentials.json",
  ".codex/auth.json",
  ".codex/.credentials.json",
  ".config/goose",
  ".copilot/config.json",
  ".gemini/.env",
  ".gemini/gemini-credentials.json",
  ".gemini/google_accounts.json",
  ".gemini/mcp-oauth-tokens.json",
  ".gemini/oauth_creds.json",
  ".kimi-code/config.toml",
  ".kimi-code/credentials",
  ".local/share/opencode/auth.json",
  ".pi/agent/auth.json",
  ".pi/agent/models.json",
  ".qwen/.env",
  ".qwen/oauth_creds.json",
  ".qwen/settings.json",
] as const;

/** Agents keep programs beside their keys: what lies in these may be shown, they themselves may not. */
const AGENT_HOMES = [
  ".claude",
  ".codex",
  ".gemini",
  ".copilot",
  ".kimi",
  ".kimi-code",
  ".qwen",
  ".pi",
  ".config/opencode",
  ".local/share/opencode",
] as const;

/** Folders of the machine that would show other people's or the system's own business. */
const WIDE = [
  "/",
  "/home",
  "/root",
  "/etc",
  "/proc",
  "/sys",
  "/dev",
  "/run",
  "/var",
  "/tmp",
  "/var/tmp",
  "/mnt",
  "/media",
];

/** Where the kernel and running programs are spoken to, secrets are handed out and devices lie. */
const MACHINE = ["/run", "/var/run", "/dev", "/proc", "/sys"];

/** Of the machine: like the secrets of a home, and everything in them too. */
const MACHINE_SECRETS = [
  "/etc/shadow",
  "/etc/shadow-",
  "/etc/gshadow",
  "/etc/gshadow-",
  "/etc/sudoers",
  "/etc/sudoers.d",
  "/etc/security/opasswd",
  "/etc/ssh",
  "/etc/ssl/private",
  "/etc/pki/tls/private",
  "/etc/letsencrypt",
  "/etc/kubernetes",
  "/etc/rancher",
  "/etc/docker",
  "/etc/vault.d",
  "/etc/consul.d",
  "/etc/nomad.d",
  "/etc/wireguard",
  "/etc/openvpn",
  "/etc/ipsec.secrets",
  "/etc/ppp",
  "/etc/NetworkManager",
  "/etc/netplan",
  "/etc/wpa_supplicant",
  "/etc/krb5.keytab",
  "/etc/apt/auth.conf",
  "/etc/apt/auth.conf.d",
  "/etc/mysql/debian.cnf",
  "/var/lib/docker",
  "/var/lib/containerd",
  "/var/lib/containers",
  "/var/lib/kubelet",
  "/var/lib/rancher",
  "/var/lib/private",
  "/var/lib/sss",
  "/var/mail",
  "/var/spool",
] as const;

/** Null when the path may be shown read-only inside; else the reason why not. `home`: absolute, if known. */
export const refuseReadPath = (path: string, home?: string): string | null => {
  if (!path.startsWith("/") && path !== "~" && !path.startsWith("~/"))
    return "is neither absolute nor below `~`";
  const parts = path.split("/");
  if (parts.includes("..")) return "climbs with `..`";
  const plain = trimSlashes(path);
  const inHome = belowHome(plain, home);
  return refuseOfMachine(plain) ?? (inHome === null ? null : refuseOfHome(inHome));
};

const refuseOfMachine = (plain: string): string | null => {
  if (WIDE.includes(plain)) return "shows far more than a toolchain";
  if (plain.startsWith("/var/tmp/")) return "lies in `/var/tmp`, of which the fence has its own";
  if (MACHINE.some((one) => isWithin(plain, one)))
    return "is where running programs and the kernel are spoken to";
  const kept = MACHINE_SECRETS.find((one) => isWithin(plain, one) || isWithin(one, plain));
  return kept === undefined ? null : `would show \`${kept}\``;
};

const refuseOfHome = (inHome: string): string | null => {
  if (inHome === "") return "is the whole home folder";
  const secret = SECRETS.find(
    (one) => inHome === one || inHome.startsWith(`${one}/`) || one.startsWith(`${inHome}/`),
  );
  const agentHome = AGENT_HOMES.find((one) => inHome === one || one.startsWith(`${inHome}/`));
  const shown = secret ?? agentHome;
  return shown === undefined ? null : `would show \`~/${shown}\``;
};

/** Both plain. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);

export const trimSlashes = (path: string): string =>
  path.replaceAll(/\/{2,}/gu, "/").replace(/(?<=.)\/$/u, "");

/** The part below the home folder; null when the path is elsewhere. Any user's home counts. */
export const belowHome = (path: string, home: string | undefined): string | null => {
  if (path === "~" || path.startsWith("~/")) return path.slice(2);
  if (home !== undefined && (path === home || path.startsWith(`${home}/`)))
    return path.slice(home.length + 1);
  const match = /^(?:\/home\/[^/]+|\/root)(?:\/(?<rest>.*))?$/u.exec(path);
  return match === null ? null : (match.groups?.["rest"] ?? "");
};

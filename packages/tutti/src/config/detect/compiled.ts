/** Rust, Go, Ruby, JVM and Deno projects, and Makefiles: fewer conventions, so fewer guesses. */
import type { DetectedCheck, Detector } from "./ecosystem.ts";

/** Relative to the repository: cargo reads it from the folder that it is started in. */
const CARGO_HOME = ".cargo-home";

export const detectRust: Detector = async (project) => {
  const files = await project.list(".");
  if (!files.includes("Cargo.toml")) return null;
  const locked = files.includes("Cargo.lock") ? " --locked" : "";
  const from = "Cargo.toml";
  const lint: DetectedCheck[] = files.includes("clippy.toml")
    ? [{ name: "lint", run: `cargo clippy${locked} --offline -- -D warnings`, from: "clippy.toml" }]
    : [];
  return {
    name: "Rust",
    checks: [
      { name: "build", run: `cargo build${locked} --offline`, from },
      ...lint,
      { name: "test", run: `cargo test${locked} --offline`, from },
    ],
    recipe: {
      setup: `cargo fetch${locked} && cargo build${locked} --tests`,
      dependencies: [CARGO_HOME, "target"],
      env: { CARGO_HOME },
      egress: ["index.crates.io:443", "static.crates.io:443"],
    },
    tools: ["cargo", "rustc"],
    notes: [],
  };
};

export const detectGo: Detector = async (project) => {
  const files = await project.list(".");
  if (!files.includes("go.mod")) return null;
  const from = "go.mod";
  const isVendored = files.includes("vendor") || !files.includes("go.sum");
  return {
    name: "Go",
    checks: [
      { name: "build", run: "go build ./...", from },
      { name: "lint", run: "go vet ./...", from },
      { name: "test", run: "go test ./...", from },
    ],
    recipe: isVendored
      ? null
      : {
          setup: "go mod vendor",
          dependencies: ["vendor"],
          egress: ["proxy.golang.org:443", "sum.golang.org:443"],
        },
    tools: ["go"],
    notes: [],
  };
};

export const detectRuby: Detector = async (project) => {
  const files = await project.list(".");
  if (!files.includes("Gemfile")) return null;
  const test: DetectedCheck | null = files.includes("spec")
    ? { name: "test", run: "bundle exec rspec", from: "the folder spec" }
    : files.includes("Rakefile")
      ? { name: "test", run: "bundle exec rake test", from: "Rakefile" }
      : null;
  return {
    name: "Ruby",
    checks: test === null ? [] : [test],
    recipe: {
      setup: "bundle install",
      dependencies: ["vendor/bundle"],
      env: { BUNDLE_PATH: "vendor/bundle" },
      egress: ["rubygems.org:443", "index.rubygems.org:443"],
    },
    tools: ["ruby", "bundle"],
    notes: [],
  };
};

export const detectJvm: Detector = async (project) => {
  const files = await project.list(".");
  const isMaven = files.includes("pom.xml");
  if (!isMaven && !files.includes("gradlew")) return null;
  const cache = isMaven ? ".m2-repository" : ".gradle-home";
  const maven = `mvn -B -Dmaven.repo.local=${cache}`;
  return {
    name: "JVM",
    checks: [
      isMaven
        ? { name: "test", run: `${maven} -o test`, from: "pom.xml" }
        : { name: "test", run: "./gradlew --offline test", from: "gradlew" },
    ],
    recipe: {
      setup: isMaven ? `${maven} test-compile dependency:go-offline` : "./gradlew testClasses",
      dependencies: [cache],
      ...(isMaven ? {} : { env: { GRADLE_USER_HOME: cache } }),
      egress: isMaven
        ? ["repo.maven.apache.org:443"]
        : ["services.gradle.org:443", "plugins.gradle.org:443", "repo.maven.apache.org:443"],
    },
    tools: ["java", ...(isMaven ? ["mvn"] : [])],
    notes: [],
  };
};

export const detectDeno: Detector = async (project) => {
  const files = await project.list(".");
  const file = ["deno.json", "deno.jsonc"].find((name) => files.includes(name));
  if (file === undefined) return null;
  return {
    name: "Deno",
    checks: [
      { name: "lint", run: "deno lint", from: file },
      { name: "test", run: "deno test -A --cached-only --reporter=tap", report: "tap", from: file },
    ],
    recipe: {
      setup: "deno install",
      dependencies: [".deno-dir"],
      env: { DENO_DIR: ".deno-dir" },
      egress: ["jsr.io:443", "registry.npmjs.org:443", "deno.land:443"],
    },
    tools: ["deno"],
    notes: [],
  };
};

/** Target of a Makefile → the check that it probably is. */
const TARGETS: Readonly<Record<string, DetectedCheck["name"]>> = {
  build: "build",
  typecheck: "types",
  types: "types",
  lint: "lint",
  test: "test",
  tests: "test",
  check: "test",
};

export const detectMake: Detector = async (project) => {
  const files = await project.list(".");
  const file = ["GNUmakefile", "makefile", "Makefile"].find((name) => files.includes(name));
  const text = file === undefined ? null : await project.read(file);
  if (file === undefined || text === null) return null;
  const rules = text.matchAll(/^(?<targets>[A-Za-z][\w \t-]*?)\s*::?(?!=)/gmu);
  const targets = new Set([...rules].flatMap((rule) => (rule[1] ?? "").split(/\s+/u)));
  const checks = new Map<string, DetectedCheck>();
  for (const [target, name] of Object.entries(TARGETS)) {
    if (targets.has(target) && !checks.has(name))
      checks.set(name, { name, run: `make ${target}`, from: `${file}, target ${target}` });
  }
  if (checks.size === 0) return null;
  return { name: "Make", checks: [...checks.values()], recipe: null, tools: ["make"], notes: [] };
};

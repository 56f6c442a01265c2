/**
 * Files that decide whether work is accepted, by path. A rule with `lines` looks at what changed in
 * the file (with the context that the diff shows), because the file has other uses too.
 */
import type { GuardFlag } from "@tutti/protocol";
import { matches } from "../../domain/glob.ts";

export type PathRule = {
  readonly kind: GuardFlag["kind"];
  readonly globs: readonly string[];
  readonly detail: string;
  readonly lines?: RegExp;
};

export const PATH_RULES: readonly PathRule[] = [
  { kind: "policy-edited", globs: [".tutti/**"], detail: "It belongs to the project's policy." },
  {
    kind: "policy-edited",
    globs: ["CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS"],
    detail: "It says who must approve.",
  },
  {
    kind: "ci-edited",
    globs: [
      ".github/workflows/**",
      ".github/actions/**",
      ".gitlab-ci.yml",
      ".gitlab/ci/**",
      ".gitlab-ci/**",
      ".forgejo/workflows/**",
      ".gitea/workflows/**",
      ".circleci/**",
      ".buildkite/**",
      ".teamcity/**",
      ".semaphore/**",
      ".azure-pipelines/**",
      "**/azure-pipelines*.yml",
      "**/Jenkinsfile*",
      "bitbucket-pipelines.yml",
      "buildspec*.yml",
      "cloudbuild.y*ml",
      ".travis.yml",
      ".appveyor.yml",
      "appveyor.yml",
      ".drone.yml",
      ".woodpecker.yml",
      ".woodpecker/**",
      ".cirrus.yml",
      ".ci/**",
      "ci/**",
      "codecov.yml",
      ".codecov.yml",
    ],
    detail: "It belongs to the continuous integration.",
  },
  {
    kind: "check-edited",
    globs: [
      "**/vitest.config.*",
      "**/vitest.workspace.*",
      "**/vitest.setup.*",
      "**/jest.config.*",
      "**/jest.setup.*",
      "**/.mocharc*",
      "**/karma.conf.*",
      "**/ava.config.*",
      "**/playwright.config.*",
      "**/cypress.config.*",
      "**/.taprc",
      "**/.nycrc*",
      "**/.c8rc*",
      "**/pytest.ini",
      "**/.pytest.ini",
      "**/tox.ini",
      "**/noxfile.py",
      "**/.coveragerc",
      "**/phpunit.xml*",
      "**/.rspec",
      "**/nextest.toml",
    ],
    detail: "It configures how tests are run.",
  },
  {
    kind: "check-edited",
    globs: [
      "**/Makefile",
      "**/makefile",
      "**/GNUmakefile",
      "**/*.mk",
      "**/justfile",
      "**/Justfile",
      "**/Taskfile.y*ml",
      "**/Rakefile",
      "**/magefile.go",
    ],
    detail: "It defines commands that checks may run.",
  },
  {
    kind: "check-edited",
    globs: [".husky/**", ".githooks/**", "lefthook.y*ml", ".pre-commit-config.yaml"],
    detail: "It defines hooks that judge commits.",
  },
  {
    kind: "check-edited",
    globs: ["**/vite.config.*", "**/setup.cfg", "**/pyproject.toml", "**/Cargo.toml"],
    detail: "Its lines about tests are touched.",
    lines: /\b(?:test|tests|testpaths|pytest|coverage|addopts|harness|autotests|fail_under)\b/iu,
  },
  {
    kind: "check-edited",
    globs: ["**/pom.xml", "**/build.gradle*", "**/CMakeLists.txt", "**/meson.build"],
    detail: "Its lines about tests are touched.",
    lines:
      /surefire|failsafe|skipTests|testFailureIgnore|useJUnit|add_test|enable_testing|gtest|\btests?\b\s*[({]/iu,
  },
  {
    kind: "check-edited",
    globs: ["**/conftest.py"],
    detail: "It decides which tests are collected.",
    lines: /collect|skip|xfail|pytest_(?:runtest|sessionfinish|report)/u,
  },
  {
    kind: "manifest-edited",
    globs: [
      "**/package-lock.json",
      "**/npm-shrinkwrap.json",
      "**/yarn.lock",
      "**/pnpm-lock.yaml",
      "**/pnpm-workspace.yaml",
      "**/bun.lock",
      "**/bun.lockb",
      "**/deno.lock",
      "**/.npmrc",
      "**/.yarnrc*",
      "**/.pnpmfile.*",
      "**/Cargo.lock",
      "**/go.mod",
      "**/go.sum",
      "**/go.work",
      "**/requirements*.txt",
      "**/constraints*.txt",
      "**/Pipfile",
      "**/Pipfile.lock",
      "**/poetry.lock",
      "**/uv.lock",
      "**/pdm.lock",
      "**/Gemfile",
      "**/Gemfile.lock",
      "**/*.gemspec",
      "**/composer.json",
      "**/composer.lock",
      "**/gradle.lockfile",
      "**/packages.lock.json",
      "**/mix.exs",
      "**/mix.lock",
      "**/Package.swift",
      "**/Package.resolved",
      ".gitmodules",
    ],
    detail: "It decides which dependencies are installed.",
  },
  {
    kind: "manifest-edited",
    globs: ["**/pyproject.toml", "**/setup.py", "**/setup.cfg", "**/Cargo.toml", "**/deno.json"],
    detail: "Its lines about dependencies are touched.",
    lines: /dependenc|install_requires|extras_require|requires\b|\bimports\b|build-system/iu,
  },
  {
    kind: "manifest-edited",
    globs: ["**/pom.xml", "**/build.gradle*", "**/*.csproj", "**/*.fsproj"],
    detail: "Its lines about dependencies are touched.",
    lines:
      /dependenc|<artifactId>|<version>|PackageReference|implementation|testImplementation|classpath|plugins?\b/u,
  },
];

const TESTS: readonly string[] = [
  "**/test/**",
  "**/tests/**",
  "**/__tests__/**",
  "**/__snapshots__/**",
  "**/spec/**",
  "**/specs/**",
  "**/e2e/**",
  "**/testdata/**",
  "**/t/*.t",
  "**/*.test.*",
  "**/*.spec.*",
  "**/*-test.*",
  "**/*-spec.*",
  "**/*_test.*",
  "**/*_spec.*",
  "**/*.cy.*",
  "**/test_*.py",
  "**/conftest.py",
  "**/test.?s",
  "**/test.?js",
  "**/tests.py",
  "**/*Test.java",
  "**/*Tests.java",
  "**/*IT.java",
  "**/*Test.kt",
  "**/*Tests.cs",
  "**/*Test.cs",
  "**/*Tests.swift",
  "**/*Test.php",
];

export const isTestPath = (path: string): boolean => TESTS.some((glob) => matches(glob, path));

/** As `matches`, and a folder's name stands for everything in it. */
export const matchesOrLiesIn = (glob: string, path: string): boolean => {
  const plain = glob.replace(/^\.\//u, "").replace(/\/+$/u, "");
  return matches(plain, path) || matches(`${plain}/**`, path);
};

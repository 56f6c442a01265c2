/** Python projects: a virtual environment in the project as set-up, pytest and the usual linters as checks. */
import { hostOf } from "./ecosystem.ts";
import type { DetectedCheck, DetectedRecipe, Detector } from "./ecosystem.ts";
import type { MachineReader } from "./readers.ts";

const MARKERS = [
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "requirements.txt",
  "tox.ini",
  "pytest.ini",
  "Pipfile",
];
const REQUIREMENTS = [
  "requirements.txt",
  "requirements-dev.txt",
  "dev-requirements.txt",
  "requirements-test.txt",
  "test-requirements.txt",
];
const VENV = ".venv";
/** Written by pytest in the throw-away copy in which a check runs. */
const REPORT_FILE = ".pytest-report.xml";

export const detectPython: Detector = async (project, machine) => {
  const files = await project.list(".");
  if (!MARKERS.some((file) => files.includes(file))) return null;
  const texts = await Promise.all([...MARKERS, ...REQUIREMENTS].map((file) => project.read(file)));
  const said = texts.filter((text) => text !== null).join("\n");
  const names = [...files, ...(await project.list("tests")), ...(await project.list("test"))];
  const hasTests = names.some((name) => /^test_.*\.py$|^conftest\.py$/u.test(name));
  const usesPytest = /\bpytest\b/u.test(said) || names.includes("conftest.py");
  const recipe = recipeOf({ files, said, usesPytest, egress: indexHosts(machine) });
  const python = recipe === null ? "python3" : `${VENV}/bin/python`;
  return {
    name: "Python",
    checks: checksOf({ said, python, hasTests, usesPytest }),
    recipe,
    tools: ["python3", ...toolOf(files)],
    notes: [],
  };
};

const checksOf = (facts: {
  readonly said: string;
  readonly python: string;
  readonly hasTests: boolean;
  readonly usesPytest: boolean;
}): DetectedCheck[] => {
  const checks: DetectedCheck[] = [];
  const { said, python } = facts;
  if (/\bmypy\b/u.test(said))
    checks.push({ name: "types", run: `${python} -m mypy .`, from: "mypy is configured" });
  if (/\bruff\b/u.test(said))
    checks.push({ name: "lint", run: `${python} -m ruff check .`, from: "ruff is configured" });
  if (facts.usesPytest)
    checks.push({
      name: "test",
      run: `${python} -m pytest --junitxml=${REPORT_FILE}`,
      report: "junit",
      reportFile: REPORT_FILE,
      from: "pytest is used",
    });
  else if (facts.hasTests)
    checks.push({
      name: "test",
      run: `${python} -m unittest discover`,
      from: "files named test_*.py",
    });
  return checks;
};

const toolOf = (files: readonly string[]): string[] => {
  if (files.includes("uv.lock")) return ["uv"];
  return files.includes("poetry.lock") ? ["poetry"] : [];
};

const recipeOf = (facts: {
  readonly files: readonly string[];
  readonly said: string;
  readonly usesPytest: boolean;
  readonly egress: readonly string[];
}): DetectedRecipe | null => {
  const { files, egress } = facts;
  const base = { dependencies: [VENV], egress };
  if (files.includes("uv.lock")) return { ...base, setup: "uv sync --frozen" };
  if (files.includes("poetry.lock"))
    return {
      ...base,
      setup: "poetry install --no-interaction",
      env: { POETRY_VIRTUALENVS_IN_PROJECT: "true" },
    };
  const requirements = REQUIREMENTS.filter((file) => files.includes(file)).map(
    (file) => `-r ${file}`,
  );
  const isPackage =
    files.includes("setup.py") || /^\[(?:project|build-system)\]/mu.test(facts.said);
  const extras = ["dev", "test", "tests"].filter((name) =>
    new RegExp(`^\\s*"?${name}"?\\s*=\\s*\\[`, "mu").test(facts.said),
  );
  const self = isPackage ? [`-e ${extras.length === 0 ? "." : `'.[${extras.join(",")}]'`}`] : [];
  const runner =
    facts.usesPytest && requirements.length === 0 && extras.length === 0 ? ["pytest"] : [];
  const wanted = [...requirements, ...self, ...runner];
  if (wanted.length === 0) return null;
  return {
    ...base,
    setup: `python3 -m venv ${VENV} && ${VENV}/bin/pip install ${wanted.join(" ")}`,
  };
};

const indexHosts = (machine: MachineReader): string[] => {
  const url = machine.env["PIP_INDEX_URL"] ?? machine.env["UV_INDEX_URL"];
  const own = url === undefined ? null : hostOf(url);
  return own === null ? ["pypi.org:443", "files.pythonhosted.org:443"] : [own];
};

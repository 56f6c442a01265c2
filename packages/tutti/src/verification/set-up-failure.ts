/**
 * Whether a failing reproduction failed before it could decide anything: a missing module, a file
 * that does not parse, a build that breaks. An assertion that was reached says more than any of these.
 */
const SET_UP: readonly RegExp[] = [
  // Node: modules that are not there, or not loadable as they are
  /\bERR_(?:MODULE_NOT_FOUND|REQUIRE_ESM|UNSUPPORTED_DIR_IMPORT|PACKAGE_PATH_NOT_EXPORTED|UNKNOWN_FILE_EXTENSION)\b/u,
  /\bCannot find (?:module|package) '/u,
  /\bdoes not provide an export named\b/u,
  // Python
  /^#?\s*(?:E\s+)?(?:ImportError|ModuleNotFoundError|IndentationError|TabError)\b/mu,
  /^#?\s*(?:E\s+)?SyntaxError: .*\n?[\s\S]{0,400}during collection/mu,
  /^ *File ".*", line \d+\n.*\n[ ~^]*\nSyntaxError\b/mu,
  // Ruby, Go, Rust, Java, C, TypeScript, shells
  /\bcannot load such file --/u,
  /\[(?:build|setup) failed\]/u,
  /^error(?:\[E\d+\])?: (?:could not compile|.*\n\s*-->)/mu,
  /\bCOMPILATION ERROR\b|\bNoClassDefFoundError\b|\bClassNotFoundException\b/u,
  /^[^\n]*:\d+:\d+: (?:fatal )?error: /mu,
  /\berror TS\d+:/u,
  /: (?:command )?not found$|\bPermission denied$/mu,
];

/** Node's frames below a file that does not parse; a SyntaxError thrown while running has others. */
const NODE_SYNTAX = /\bSyntaxError\b/u;
const NODE_LOADING =
  /\b(?:wrapSafe|compileSourceTextModule|compileForInternalLoader|internalCompileFunction|compileFunctionForCJSLoader|checkSyntax|ModuleLoader)\b/u;

const ASSERTED: readonly RegExp[] = [
  /\bAssertionError\b|\bERR_ASSERTION\b|\bassert(?:ion)? failed\b/iu,
  /^\s*operator: /mu,
  /^E\s+assert\b/mu,
  /^\s+(?:Expected|expected|Received|received|actual|wanted|found)\b.*:/mu,
  /\bpanicked at\b/u,
];

export function isSetUpFailure(output: string): boolean {
  if (ASSERTED.some((form) => form.test(output))) return false;
  if (NODE_SYNTAX.test(output) && NODE_LOADING.test(output)) return true;
  return SET_UP.some((form) => form.test(output));
}

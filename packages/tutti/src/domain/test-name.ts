/** How a person or an agent names a test that a report tells of. */

/**
 * Whether `name` of a report is meant by `test`: the test itself, a group of tests, or a test inside
 * a group, by whole names. Reports join the names of groups by ` > ` and number those that come
 * again with ` #2`.
 */
export function isNamedTest(name: string, test: string): boolean {
  const path = ` > ${name.replace(/ #\d+$/u, "")} > `;
  return name === test || path.includes(` > ${test} > `);
}

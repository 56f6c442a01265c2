/** Texts of the agents' own configuration files. */

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** One `key = value` of a TOML file. JSON's strings, numbers and booleans are TOML's too. */
export const toml = (key: string, value: string | number | boolean): string =>
  `${key} = ${JSON.stringify(value)}\n`;

/** A problem of the configuration: where it stands, what was found, what is accepted. */
export interface Problem {
  /** `file:line`, `--flag`, or a path of keys. */
  readonly where: string;
  readonly found: string;
  readonly accepted: string;
}

/** Every problem of an input at once; exit status 104. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((p) => `${p.where}: ${p.found}; ${p.accepted}`).join("\n"));
    this.name = "ConfigurationError";
  }
}

/** Something outside pinlab is missing or refused: a tool, a right (98), a file (104). */
export class EnvironmentFault extends Error {
  constructor(
    message: string,
    readonly exitStatus: 98 | 104,
  ) {
    super(message);
    this.name = "EnvironmentFault";
  }
}

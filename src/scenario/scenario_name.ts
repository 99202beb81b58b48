/** Is a file of this name a scenario? Any other is a fio job file. */
export function isScenarioName(source: string): boolean {
  return /\.ya?ml$/.test(source);
}

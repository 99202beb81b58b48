/** What building a job has to say about the options that it is built from. */
export interface Remarks {
  /** For the reader of the result; the job is named in front of it. */
  note(text: string): void;
  /** The same, of what the real fio does otherwise. */
  noteOfEmulator(text: string): void;
  /** What is wrong, told where the option stands. */
  refuse(option: string, found: string, accepted: string): void;
}

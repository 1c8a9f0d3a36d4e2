// The one error type of the training engine: a sentence for the reader and a stable code for programs.

/** An error with a stable `code` (`SLUICE_…`) and the evidence as plain data, such as the row ids of a bad batch. */
export class ModelError extends Error {
  readonly code: string
  readonly evidence: Readonly<Record<string, unknown>>
  /** What to do next, where something can be done. */
  readonly hint: string | undefined

  constructor(code: string, message: string, evidence: Readonly<Record<string, unknown>> = {}, hint?: string) {
    super(message)
    this.name = "ModelError"
    this.code = code
    this.evidence = evidence
    this.hint = hint
  }
}

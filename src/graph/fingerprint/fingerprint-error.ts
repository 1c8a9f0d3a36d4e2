// The one error a fingerprint can end in: code that cannot be followed, or that reads what no key can hold.

export type FingerprintCode = "SLUICE_IMPURE" | "SLUICE_CANNOT_FOLLOW" | "SLUICE_STAGE_NOT_TOP_LEVEL"

export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Why a stage has no fingerprint, with the place in the source that is to blame. */
export class FingerprintError extends Error {
  readonly code: FingerprintCode
  readonly file: string
  readonly line: number
  readonly column: number
  readonly hint: string

  constructor(code: FingerprintCode, place: Place, message: string, hint: string) {
    super(message)
    this.name = "FingerprintError"
    this.code = code
    this.file = place.file
    this.line = place.line
    this.column = place.column
    this.hint = hint
  }
}

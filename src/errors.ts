// Every error a user can see: what happened, where, the evidence, and what to type next, under a stable code.

export type ErrorCode =
  | "SLUICE_BAD_INPUT"
  | "SLUICE_BAD_OPTION"
  | "SLUICE_BUDGET"
  | "SLUICE_BUSY"
  | "SLUICE_CHANGED_DURING_RUN"
  | "SLUICE_CONSERVATION"
  | "SLUICE_DAMAGED"
  | "SLUICE_DISK"
  | "SLUICE_DUPLICATE_KEY"
  | "SLUICE_EXISTS"
  | "SLUICE_FAILED_ROWS"
  | "SLUICE_GATE"
  | "SLUICE_MISSING_COLUMN"
  | "SLUICE_NO_DEVICE"
  | "SLUICE_NO_INPUT"
  | "SLUICE_NO_MODEL"
  | "SLUICE_NO_RUN"
  | "SLUICE_NOT_DETERMINISTIC"
  | "SLUICE_NOT_ROW_LOCAL"
  | "SLUICE_PIPELINE"
  | "SLUICE_PROGRAM"
  | "SLUICE_SCHEMA"
  | "SLUICE_SERVICE"
  | "SLUICE_UNKNOWN"
  | "SLUICE_UNKNOWN_OPTION"
  | "SLUICE_UNKNOWN_REASON"
  | "SLUICE_WORKER"

export interface ErrorDetails {
  /** Further lines that quote the evidence. */
  readonly evidence?: ReadonlyArray<string>
  /** What to type or change next. */
  readonly hint?: string
  readonly exit?: 1 | 2 | 3 | 130
  readonly cause?: unknown
}

/** A failure that is told to the user in one sentence. Exit 1 is the user's to mend, 2 is ours, 3 a gate not passed. */
export class SluiceError extends Error {
  readonly _tag = "SluiceError"
  readonly code: string
  readonly evidence: ReadonlyArray<string>
  readonly hint: string | undefined
  readonly exit: 1 | 2 | 3 | 130

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = "SluiceError"
    this.code = code
    this.evidence = details.evidence ?? []
    this.hint = details.hint
    this.exit = details.exit ?? 1
  }
}

/** Several errors found while planning, told together. */
export class SluiceErrors extends Error {
  readonly _tag = "SluiceErrors"
  readonly errors: ReadonlyArray<SluiceError>

  constructor(errors: ReadonlyArray<SluiceError>) {
    super(errors.map((error) => error.message).join("\n"))
    this.name = "SluiceErrors"
    this.errors = errors
  }
}

/** The nearest of some names to a misspelt one, by edit distance; `undefined` where none is close. */
export const nearest = (name: string, names: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase())
    if (d < least) {
      least = d
      best = candidate
    }
  }
  return best
}

/** The error of a name that is not among those there are: `what` says of whom and which kind, `listed` what the names are. */
export const unknownName = (
  code: "SLUICE_UNKNOWN" | "SLUICE_UNKNOWN_OPTION",
  what: string,
  name: string,
  names: ReadonlyArray<string>,
  listed: string
): SluiceError => {
  const guess = nearest(name, names)
  return new SluiceError(code, `${what} "${name}"${guess === undefined ? "" : `; did you mean "${guess}"?`}`, {
    hint: `${listed}: ${names.join(", ") || "none"}`
  })
}

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

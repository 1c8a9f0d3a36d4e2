// The causes of a plan in sentences: what changed, from what to what, and how many rows that concerns.
import { canonicalJson } from "../table/digest.ts"
import { plural } from "./number-text.ts"
import type { Cause, FileCause, RowChanges } from "./plan.ts"

/** Files that are named; the others are counted. */
const filesNamed = 3

/** A sentence for each cause; a source's files share theirs. */
export const causeTexts = (causes: ReadonlyArray<Cause>): ReadonlyArray<string> => {
  const files = causes.filter((cause) => cause.cause === "file")
  const texts: Array<string> = []
  for (const cause of causes) {
    if (cause.cause !== "file") texts.push(causeText(cause))
    else if (cause === files[0]) texts.push(...fileTexts(files))
  }
  return texts
}

const causeText = (cause: Exclude<Cause, FileCause>): string => {
  switch (cause.cause) {
    case "new":
      return "it has not run before"
    case "impure":
      return `it is declared impure: ${cause.why}`
    case "option":
      return `${cause.option} ${valueText(cause.before)} → ${valueText(cause.after)}`
    case "code":
      return cause.change
    case "runtime":
      return cause.changes.map(({ name, before, after }) => `${name} ${before} → ${after}`).join(", ")
    case "declaration":
      return "the columns, reasons or inputs it declares changed, or how sluice computes such a stage"
    case "gone":
      return "its result is no longer in the store"
    case "input":
      return `${cause.change} input: ${cause.input}${inBrackets(changesText(cause.rows))}`
    case "partitions":
      return `${cause.new} of ${cause.of} partitions new, ${plural(cause.rows, "row")}`
    case "damaged":
      return "what it made is damaged or gone"
    case "failed":
      return `${plural(cause.rows, "row")} failed in the last run and ${cause.rows === 1 ? "is" : "are"} tried again`
    case "waits":
      return `waits for ${cause.for.join(", ")}`
    case "equivalent":
      return `accepted as equivalent: ${cause.because} (${cause.by}, ${cause.at.slice(0, 10)})`
    case "revoked":
      return `no longer accepted as equivalent: ${cause.because} (${cause.by}, ${cause.at.slice(0, 10)})`
  }
}

const inBrackets = (text: string): string => (text === "" ? "" : ` (${text})`)

/** "1 row changed, 2 inserted"; nothing where no row is known to differ. */
export const changesText = (rows: RowChanges | undefined): string => {
  const parts = (["changed", "inserted", "deleted"] as const).flatMap((what) => {
    const n = rows?.[what] ?? 0
    return n === 0 ? [] : [{ n, what }]
  })
  return parts.map(({ n, what }, at) => (at === 0 ? `${plural(n, "row")} ${what}` : `${n} ${what}`)).join(", ")
}

const valueText = (value: unknown): string => {
  const text = value === undefined ? "not set" : canonicalJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

const fileTexts = (files: ReadonlyArray<FileCause>): ReadonlyArray<string> =>
  (["edited", "added", "removed", "renamed"] as const).flatMap((change) => {
    const all = files.filter((file) => file.change === change)
    if (all.length === 0) return []
    const named = all.slice(0, filesNamed).map(({ path, from, rows }) => {
      const name = from === undefined ? path : `${from} to ${path}`
      return `${name}${inBrackets(changesText(rows))}`
    })
    const more = all.slice(filesNamed)
    if (more.length === 0) return [`${change} ${named.join(", ")}`]
    return [`${change} ${named.join(", ")} and ${more.length} more${inBrackets(changesText(sum(more)))}`]
  })

/** The changes of several files together; unknown where those of one are. */
const sum = (files: ReadonlyArray<FileCause>): RowChanges | undefined => {
  const total = { inserted: 0, changed: 0, deleted: 0 }
  for (const { rows } of files) {
    if (rows === undefined) return undefined
    total.inserted += rows.inserted
    total.changed += rows.changed
    total.deleted += rows.deleted
  }
  return total
}

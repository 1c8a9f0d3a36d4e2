// The trace of a row: back to the bytes it came from, through every node it met, and forward to what used it.
import { SluiceError } from "../errors.ts"
import { type Use, usesOf } from "./ledger.ts"
import { Origins, type SourcePlace } from "./origin.ts"
import type { PastRun } from "./past-run.ts"
import type { Verdict } from "./verdicts.ts"

/** What a node did with a row. Ancestors come first, then the row itself, then the rows made of it. */
export interface Step {
  readonly node: string
  readonly id: string
  readonly of: "ancestor" | "row" | "descendant"
  /** "read", "kept", "dropped", "merged", "made", "from", "part", "used", "skipped", "compared" or "failed". */
  readonly verdict: string
  readonly reason?: string
  readonly into?: string
  readonly similarity?: number
  readonly part?: string
  /** Ids of the rows made of it, or that it was made from. */
  readonly ids?: ReadonlyArray<string>
}

export interface Trace {
  readonly id: string
  readonly sources: ReadonlyArray<SourcePlace>
  readonly steps: ReadonlyArray<Step>
  readonly usedBy: ReadonlyArray<Use>
}

/** A row by its id, or by the first digits of it where only one row has them. */
export const findRow = (
  past: PastRun,
  given: string
): { readonly id: string; readonly births: ReadonlyArray<string> } => {
  const prefix = given.toLowerCase()
  if (!/^[0-9a-f]{1,32}$/.test(prefix))
    throw new SluiceError("SLUICE_UNKNOWN", `"${given}" is no row id`, {
      hint: "ids are hexadecimal, like 3f9a12; sluice show PIPELINE OUTPUT prints them"
    })
  const births = new Map<string, Array<string>>()
  for (const node of past.nodes) {
    if (!past.bears(node)) continue
    for (const id of past.table(node).beginningWith(prefix)) births.set(id, [...(births.get(id) ?? []), node])
  }
  const [first, ...others] = births
  if (first === undefined)
    throw new SluiceError("SLUICE_UNKNOWN", `no row of ${past.ref.pipeline} has an id that begins with ${prefix}`, {
      hint: `sluice show ${past.ref.pipeline} OUTPUT prints ids; only the last finished run is traced`
    })
  if (others.length > 0)
    throw new SluiceError("SLUICE_UNKNOWN", `${births.size} rows have ids that begin with ${prefix}`, {
      evidence: [...births].slice(0, 10).map(([id, nodes]) => `${id} (${nodes.join(", ")})`),
      hint: "give more digits"
    })
  return { id: first[0], births: first[1] }
}

/** Traces the row whose id begins with `given`. */
export const traceRow = (past: PastRun, given: string): Trace => {
  const { id, births } = findRow(past, given)
  const origins = new Origins(past)
  const sources = new Map<string, SourcePlace>()
  for (const birth of births) for (const place of origins.sources(birth, id)) sources.set(JSON.stringify(place), place)
  const descendants = descend(past, origins, id)
  const steps = [
    ...ancestry(past, origins, births, id),
    ...fate(past, origins, id, "row"),
    ...[...descendants].flatMap((one) => fate(past, origins, one, "descendant"))
  ]
  return {
    id,
    sources: [...sources.values()],
    steps,
    usedBy: usesOf(past, origins.ledgers, new Set([id, ...descendants]))
  }
}

/** Every row made of a row, at whatever distance. */
const descend = (past: PastRun, origins: Origins, id: string): ReadonlySet<string> => {
  const found = new Set<string>()
  for (const node of past.nodes) {
    const edge = past.main(node)
    if (edge === undefined || !past.bears(node)) continue
    const input = past.input(edge)
    for (const parent of [id, ...found]) {
      const row = input.row(parent)
      const verdict = row < 0 ? undefined : origins.verdicts(node)!.of(row)
      if (verdict?.kind === "made") for (const child of verdict.ids) found.add(child)
    }
  }
  return found
}

/** The steps of a row's ancestors, oldest first, at the nodes on their way to it. */
const ancestry = (past: PastRun, origins: Origins, births: ReadonlyArray<string>, id: string): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  const seen = new Set<string>()
  const climb = (birth: string, child: string) => {
    for (const parent of origins.parents(birth, child)) {
      const key = `${parent.birth} ${parent.id} ${birth}`
      if (seen.has(key)) continue
      seen.add(key)
      climb(parent.birth, parent.id)
      const path = new Set([...pathUp(past, birth, parent.id)])
      steps.push(...fate(past, origins, parent.id, "ancestor").filter(({ node }) => path.has(node)))
    }
  }
  for (const birth of births) climb(birth, id)
  return steps
}

/** The nodes from one that reads a row up to the one that gave it its id. */
const pathUp = function* (past: PastRun, reader: string, id: string): Generator<string> {
  yield reader
  let at = past.main(reader)!.node
  for (;;) {
    yield at
    if (past.bears(at)) return
    at = past.edges(at).find((edge) => past.input(edge).row(id) >= 0)!.node
  }
}

/** What every node that met a row did with it, in pipeline order. Of descendants, only what is not plain keeping. */
export const fate = (past: PastRun, origins: Origins, id: string, of: Step["of"]): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  for (const node of past.nodes) {
    if (past.bears(node)) {
      const row = past.table(node).row(id)
      if (row >= 0) {
        const ids = origins.verdicts(node)?.parents(row)
        steps.push({ node, id, of, ...(ids === undefined ? { verdict: "read" } : { verdict: "from", ids }) })
      }
    }
    for (const step of met(past, origins, node, id))
      if (of !== "descendant" || step.verdict !== "kept") steps.push({ node, id, of, ...step })
  }
  return steps
}

const met = (
  past: PastRun,
  origins: Origins,
  node: string,
  id: string
): ReadonlyArray<Omit<Step, "node" | "id" | "of">> => {
  const ledger = origins.ledgers.of(node)
  if (ledger !== undefined)
    return ledger.entries.flatMap(({ used, skipped }) => {
      if (used.has(id)) return [{ verdict: "used" }]
      const reason = skipped.get(id)
      return reason === undefined ? [] : [{ verdict: "skipped", reason }]
    })
  const main = past.main(node)
  if (main === undefined) return []
  const verdicts = origins.verdicts(node)!
  const row = verdicts.input.row(id)
  if (row >= 0) return [verdictStep(verdicts.of(row))]
  const other = past.edges(node).find((edge) => edge !== main && past.input(edge).row(id) >= 0)
  if (other === undefined) return []
  return [{ verdict: past.table(node).row(id) >= 0 ? "kept" : "compared" }]
}

const verdictStep = (verdict: Verdict): Omit<Step, "node" | "id" | "of"> => {
  const { kind, ...rest } = verdict
  return { verdict: kind, ...rest }
}

/** A step as words: "dropped: too-short", "merged into 3f9a12 (0.91)", "made 3 rows". */
export const stepText = (step: Step): string => {
  const rows = (n: number) => `${n} ${n === 1 ? "row" : "rows"}`
  switch (step.verdict) {
    case "dropped":
    case "skipped":
      return `${step.verdict}: ${step.reason}`
    case "merged":
      return `merged into ${step.into} (${step.reason}, similarity ${step.similarity})`
    case "made":
      return `made ${rows(step.ids!.length)}`
    case "from":
      return step.ids!.length === 1 ? `made from ${step.ids![0]}` : `made from ${rows(step.ids!.length)}`
    case "part":
      return `part ${step.part}`
    default:
      return step.verdict
  }
}

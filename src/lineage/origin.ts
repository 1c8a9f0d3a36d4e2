// Where rows come from: the place of a source row in its file, and the way from a row up through its parents.
import type { SourceRefs } from "../run/node-record.ts"
import type { RowAction } from "../run/row-action.ts"
import { float64Of, int32Of, readPack } from "../table/pack.ts"
import { Ledgers } from "./ledger.ts"
import type { PastRun } from "./past-run.ts"
import { readVerdicts, type Verdicts } from "./verdicts.ts"

/** A place in an input file; `digest` is the sha256 of the file's bytes. */
export type SourcePlace =
  | { readonly path: string; readonly line: number; readonly digest: string }
  | { readonly path: string; readonly byteRange: readonly [number, number]; readonly digest: string }

/** A record of a source that became no row. */
export interface BadRecord {
  readonly place: SourcePlace
  readonly error: string
}

interface SourcePlaces {
  /** By row of the source's dataset. */
  readonly rows: ReadonlyArray<SourcePlace>
  readonly bad: ReadonlyArray<BadRecord>
}

export class Origins {
  readonly ledgers: Ledgers
  readonly #past: PastRun
  readonly #places = new Map<string, SourcePlaces>()
  readonly #verdicts = new Map<string, Verdicts | undefined>()
  readonly #known = new Map<string, ReadonlyArray<SourcePlace>>()

  constructor(past: PastRun) {
    this.#past = past
    this.ledgers = new Ledgers(past)
  }

  verdicts(node: string): Verdicts | undefined {
    if (!this.#verdicts.has(node)) this.#verdicts.set(node, readVerdicts(this.#past, node))
    return this.#verdicts.get(node)
  }

  /** The places of a source's rows and of its bad records. */
  places(source: string): SourcePlaces {
    let places = this.#places.get(source)
    if (places === undefined) {
      places = readPlaces(this.#past, source)
      this.#places.set(source, places)
    }
    return places
  }

  /** The parents of a row at the node that gave it its id, with the nodes that gave them theirs. */
  parents(birth: string, id: string): ReadonlyArray<{ readonly birth: string; readonly id: string }> {
    const edge = this.#past.main(birth)
    if (edge === undefined) return []
    const ids = this.verdicts(birth)!.parents(this.#past.table(birth).row(id))
    return [...new Set(ids)].map((parent) => ({ birth: this.#past.birth(edge.node, parent), id: parent }))
  }

  /** The places in input files that a row goes back to, as `node` gives it. */
  of(node: string, id: string): ReadonlyArray<SourcePlace> {
    return this.sources(this.#past.birth(node, id), id)
  }

  /** Those of a row that `node` read, by the input of that name if one is given; none where it did not read it. */
  ofRead(node: string, id: string, input?: string): ReadonlyArray<SourcePlace> {
    const edge = this.#past
      .edges(node)
      .find((one) => (input === undefined || one.input === input) && this.#past.input(one).row(id) >= 0)
    return edge === undefined ? [] : this.of(edge.node, id)
  }

  /** Those of a row that got its id at `birth`. */
  sources(birth: string, id: string): ReadonlyArray<SourcePlace> {
    const key = `${birth}\u0000${id}`
    let found = this.#known.get(key)
    if (found === undefined) {
      if (this.#past.record(birth).kind === "source") {
        const place = this.places(birth).rows[this.#past.table(birth).row(id)]
        found = place === undefined ? [] : [place]
      } else found = distinct(this.parents(birth, id).flatMap((parent) => this.sources(parent.birth, parent.id)))
      this.#known.set(key, found)
    }
    return found
  }
}

const distinct = (places: ReadonlyArray<SourcePlace>): ReadonlyArray<SourcePlace> => [
  ...new Map(places.map((place) => [JSON.stringify(place), place])).values()
]

const readPlaces = (past: PastRun, source: string): SourcePlaces => {
  const refs = past.refs<SourceRefs>(source)
  const rows: Array<SourcePlace> = []
  const bad: Array<BadRecord> = []
  refs.partitions.forEach(({ action: key }, partition) => {
    const action = past.action<RowAction>(source, key)
    const place = placesOf(past, refs, partition)
    const good = readPack(past.store.get(action.pack)).good!
    for (const record of int32Of(good)) rows.push(place(record))
    for (const { row, message } of action.errors) bad.push({ place: place(row), error: message })
  })
  return { rows, bad }
}

const placesOf = (past: PastRun, refs: SourceRefs, partition: number): ((record: number) => SourcePlace) => {
  const pack = readPack(past.store.get(refs.places[partition]!))
  const files = int32Of(pack.file!)
  const [start, end] = [float64Of(pack.start!), float64Of(pack.end!)]
  return (record) => {
    const { path, digest } = refs.files[files[record]!]!
    return end[record] === -1
      ? { path, line: start[record]!, digest }
      : { path, byteRange: [start[record]!, end[record]!], digest }
  }
}

/** "data/a.jsonl line 3" */
export const placeText = (place: SourcePlace): string =>
  "line" in place
    ? `${place.path} line ${place.line}`
    : place.byteRange[0] === 0
      ? `${place.path} (${place.byteRange[1]} bytes)`
      : `${place.path} bytes ${place.byteRange[0]}–${place.byteRange[1]}`

// Views composed at random: filters, new columns, children, read back from the store, against plain rows.
import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { type Column, columnOf, columnValues } from "../../src/table/column.ts"
import { columnDigests, contentOf, digestHex } from "../../src/table/digest.ts"
import { bytesOf, writePack } from "../../src/table/pack.ts"
import { writeParquet } from "../../src/table/parquet.ts"
import {
  type Block,
  digestsOf,
  freshView,
  type Names,
  Partition,
  type Reader,
  type View
} from "../../src/table/view.ts"
import { Random } from "../run/random-numbers.ts"
import { fields as kinds, randomValues } from "./random-columns.ts"

/** Objects in memory, by digest. */
class Objects implements Reader {
  readonly #bytes = new Map<string, Uint8Array>()

  put(bytes: Uint8Array): string {
    const digest = createHash("sha256").update(bytes).digest("hex")
    this.#bytes.set(digest, bytes)
    return digest
  }

  get(digest: string): Uint8Array {
    return this.#bytes.get(digest)!
  }
}

interface Plain {
  readonly id: string
  readonly values: { readonly [column: string]: unknown }
}

const names = ["a", "b", "c", "d"]
const kindNames = Object.keys(kinds)

/** A partition and the rows that it should hold. */
class Pair {
  readonly objects = new Objects()
  readonly random: Random
  partition: Partition
  rows: ReadonlyArray<Plain>
  readonly #known: Array<View> = []

  constructor(seed: number) {
    this.random = new Random(seed)
    const rows = this.random.below(25)
    const ids = this.#ids(rows)
    const own = this.#block(rows, ids)
    this.partition = new Partition(freshView(own.block, ids), this.objects)
    this.rows = Array.from({ length: rows }, (_, row) => ({ id: digestHex(ids, row), values: own.values(row) }))
  }

  #ids(rows: number): Uint8Array {
    return Uint8Array.from({ length: rows * 16 }, () => this.random.below(256))
  }

  /** A stored block of some columns, and what it holds. */
  #block(rows: number, ids: Uint8Array, parents?: Int32Array) {
    const chosen = names.filter(() => this.random.chance(0.5))
    const values = (chosen.length === 0 ? ["a"] : chosen).map((name) => {
      const kind = this.random.pick(kindNames)
      return [name, kind, randomValues(this.random, kind, rows)] as const
    })
    const columns: Record<string, Column> = {}
    for (const [name, kind, list] of values) columns[name] = columnOf(list, kinds[kind]!)
    const fields = Object.fromEntries(values.map(([name, kind]) => [name, kinds[kind]!]))
    const digests = digestsOf(columns)
    const sections = Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [`digest:${name}`, bytes]))
    const pack = writePack({ ids, ...(parents === undefined ? {} : { parent: bytesOf(parents) }), ...sections })
    const block: Block = {
      block: this.objects.put(writeParquet(columns, fields)),
      pack: this.objects.put(pack),
      columns,
      fields,
      digests
    }
    return { block, values: (row: number) => Object.fromEntries(values.map(([name, , list]) => [name, list[row]])) }
  }

  narrow() {
    const share = this.random.pick([0, 0.3, 0.8, 1])
    const kept = Uint8Array.from(this.rows, () => (this.random.chance(share) ? 1 : 0))
    const known = this.random.chance(0.5) ? this.#known : []
    this.partition = this.partition.narrow(kept, known)
    if (this.random.chance(0.5)) this.#known.push(this.partition.view)
    this.rows = this.rows.filter((_, row) => kept[row] === 1)
  }

  #renaming(block: Block): Names {
    const free = ["x", "y", "a", "b"]
    return this.random.chance(0.6)
      ? {}
      : Object.fromEntries(
          Object.keys(block.columns)
            .map((name, i) => [name, free[i]!])
            .slice(0, 2)
        )
  }

  #named(values: Plain["values"], renaming: Names): Plain["values"] {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [renaming[name] ?? name, value]))
  }

  widen() {
    const { block, values } = this.#block(this.rows.length, new Uint8Array(0))
    const renaming = this.#renaming(block)
    if (new Set(Object.keys(this.#named(block.columns, renaming))).size < Object.keys(block.columns).length) return
    this.partition = this.partition.widen(block, renaming)
    this.rows = this.rows.map((row, i) => ({ ...row, values: { ...row.values, ...this.#named(values(i), renaming) } }))
  }

  derive() {
    const parents = Int32Array.from(this.rows.flatMap((_, row) => Array(this.random.below(3)).fill(row)))
    const ids = this.#ids(parents.length)
    const { block, values } = this.#block(parents.length, ids, parents)
    this.partition = this.partition.derive(block, ids, parents)
    this.rows = Array.from(parents, (parent, child) => ({
      id: digestHex(ids, child),
      values: { ...this.rows[parent]!.values, ...values(child) }
    }))
  }

  /** The partition as another process would open it. */
  reload() {
    this.partition = new Partition(JSON.parse(JSON.stringify(this.partition.view)), this.objects)
  }

  async read(): Promise<ReadonlyArray<Plain>> {
    const columns = await this.partition.columns(Object.keys(this.partition.view.columns))
    const values = Object.entries(columns).map(([name, column]) => [name, columnValues(column)] as const)
    const ids = this.partition.ids()
    return Array.from({ length: this.partition.rows }, (_, row) => ({
      id: digestHex(ids, row),
      values: Object.fromEntries(values.map(([name, list]) => [name, list[row]]))
    }))
  }

  async check(label: string) {
    expect(await this.read(), label).toEqual(this.rows)
    const columns = await this.partition.columns(Object.keys(this.partition.view.columns))
    for (const [name, column] of Object.entries(columns)) {
      expect(this.partition.digests(name), label).toEqual(columnDigests(column))
      expect(this.partition.view.content.columns[name], label).toEqual(contentOf(columnDigests(column)))
    }
    expect(this.partition.view.content.ids, label).toEqual(contentOf(this.partition.ids()))
  }
}

describe("a view", () => {
  it("holds the rows that a naive reading gives, after any narrowing, widening and deriving", async () => {
    for (let seed = 0; seed < 150; seed++) {
      const pair = new Pair(seed)
      const label: Array<string> = [`seed ${seed}`]
      for (let step = pair.random.between(1, 8); step > 0; step--) {
        const operation = pair.random.pick(["narrow", "widen", "derive", "reload", "read"] as const)
        label.push(operation)
        await pair[operation]()
      }
      await pair.check(label.join(" "))
      pair.reload()
      await pair.check(`${label.join(" ")}, reloaded`)
    }
  })

  it("that keeps all its rows is the same view", () => {
    const pair = new Pair(11)
    const before = pair.partition
    expect(pair.partition.narrow(new Uint8Array(pair.rows.length).fill(1))).toBe(before)
  })

  it("that was narrowed the same way before is not digested again, whatever else is known", async () => {
    for (let seed = 20; seed < 40; seed++) {
      const pair = new Pair(seed)
      const kept = Uint8Array.from(pair.rows, (_, row) => row % 2)
      const first = pair.partition.narrow(kept).view
      const [other, fewer] = [new Pair(seed + 100), Uint8Array.from(pair.rows, (_, row) => (row % 4 === 1 ? 1 : 0))]
      const known = [other.partition.view, pair.partition.narrow(fewer).view, first]
      pair.widen()
      const wider = pair.partition.view
      expect(new Partition(wider, pair.objects).narrow(kept, known).view).toEqual(
        new Partition(wider, pair.objects).narrow(kept).view
      )
      const before = [...known, new Partition(wider, pair.objects).narrow(kept).view]
      const again = new Partition(wider, pair.objects).narrow(kept, before)
      if (pair.rows.length > 1) expect(before).toContain(again.view)
    }
  })

  it("reads only the blocks of the columns asked for", async () => {
    const pair = new Pair(12)
    pair.widen()
    const asked = new Set<string>()
    const counting = {
      get: (digest: string) => {
        asked.add(digest)
        return pair.objects.get(digest)
      }
    }
    const partition = new Partition(pair.partition.view, counting)
    const [name, ref] = Object.entries(partition.view.columns)[0]!
    await partition.columns([name])
    expect([...asked]).toEqual([ref.block])
  })
})

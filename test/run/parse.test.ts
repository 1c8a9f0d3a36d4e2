// Records parsed together become what they become one by one, to the byte of what is stored: rows, bad rows, rows of before.
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import type { NodeKeys } from "../../src/graph/key.ts"
import type { GraphNode } from "../../src/graph/graph.ts"
import { type ParseInput, parseRecords } from "../../src/run/parse.ts"
import { RowReuse } from "../../src/run/row-reuse.ts"
import { columnValues } from "../../src/table/column.ts"
import { Store } from "../../src/store/store.ts"
import { jsonl } from "../../stages/ingest/jsonl.ts"
import { Random } from "./random-numbers.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-parse-"))
afterAll(() => rmSync(folder, { recursive: true }))

const row = {
  id: Schema.String,
  text: Schema.NullOr(Schema.String),
  score: Schema.optionalKey(Schema.Finite),
  count: Schema.Int,
  isOld: Schema.optional(Schema.Boolean)
}

const { declaration } = jsonl
const keys: NodeKeys = { row: "row", whole: "row" }
const nodeOf = (columns: object, key: string | undefined, given: object = declaration): GraphNode =>
  ({ name: "ingest.jsonl", kind: "source", declaration: given, columns, options: { key } }) as unknown as GraphNode

const inputOf = (records: ReadonlyArray<string>): ParseInput => {
  const bytes = records.map((record) => Buffer.from(record))
  const offsets = new Int32Array(records.length + 1)
  bytes.forEach((record, i) => {
    offsets[i + 1] = offsets[i]! + record.length
  })
  const digests = bytes.map((record) => createHash("sha256").update(record).digest().subarray(0, 16))
  return {
    bytes: new Uint8Array(Buffer.concat(bytes)),
    offsets,
    paths: ["a.jsonl"],
    files: new Int32Array(records.length),
    digests: new Uint8Array(Buffer.concat(digests)),
    occurrences: new Int32Array(records.length)
  }
}

const recordOf = (random: Random, id: number): string => {
  const fields = [
    `"id":"${id}"`,
    `"text":${random.below(9) === 0 ? "null" : `"wörd \\n${"x".repeat(random.below(90))}"`}`
  ]
  if (random.below(3) > 0) fields.push(`"score":${random.below(99) / 4}`)
  if (random.below(3) > 0) fields.push(`"isOld":${random.below(2) === 0}`)
  fields.push(`"count":${id}`)
  // Some that are left to the parser of one record, some that are wrong.
  const odd = [
    '"\\u0069d":"other"',
    '"text":7',
    '"score":null',
    '"count":1.5',
    '"count":1e400',
    '"x":[{"y":"}"}]',
    "oops"
  ]
  if (random.below(6) === 0) fields.push(odd[random.below(odd.length)]!)
  return `{${fields.join(",")}}`
}

let stores = 0
const parsed = async (node: GraphNode, inputs: ReadonlyArray<ParseInput>) => {
  const store = new Store(join(folder, `${++stores}`))
  const made: Array<unknown> = []
  const before: Array<string> = []
  for (const input of inputs) {
    const { outcome, partition } = await parseRecords(store, node, keys, input, new RowReuse(store, before))
    before.unshift(outcome.key)
    const columns = Object.values(await partition.columns(Object.keys(node.columns)))
    made.push({ outcome, values: columns.map((column) => Array.from(columnValues(column))), ids: partition.ids() })
  }
  return made
}

const oneByOne = { ...declaration, parseBatch: undefined }

it.each(["id", undefined])("of plain columns, by the key %s", async (key) => {
  for (let seed = 0; seed < 12; seed++) {
    const random = new Random(seed)
    const records = Array.from({ length: 1 + random.below(60) }, (_, id) => recordOf(random, id))
    const edited = records.map((record, id) => (random.below(4) === 0 ? recordOf(random, id) : record))
    const inputs = [records, edited].map(inputOf)
    expect(await parsed(nodeOf(row, key), inputs)).toEqual(await parsed(nodeOf(row, key, oneByOne), inputs))
  }
})

it.each([
  ["a list", { id: Schema.String, tags: Schema.Array(Schema.String) }, '{"id":"a","tags":["b"]}'],
  ["a check", { id: Schema.String.check(Schema.isMinLength(2)) }, '{"id":"a"}'],
  ["a literal", { id: Schema.Literals(["a", "b"]) }, '{"id":"c"}']
])("of a column that asks for more, %s, every record is asked", async (_, columns, record) => {
  const inputs = [inputOf([record])]
  const broken = { ...declaration, parseBatch: () => expect.unreachable() }
  expect(await parsed(nodeOf(columns, "id", broken), inputs)).toEqual(
    await parsed(nodeOf(columns, "id", oneByOne), inputs)
  )
})

it("of bytes that are not UTF-8 the good ones are rows", async () => {
  const input = inputOf(['{"id":"a","text":"?","count":1}', '{"id":"b","text":null,"count":2}'])
  input.bytes[input.bytes.indexOf(63)] = 0xff
  const [made] = (await parsed(nodeOf(row, "id"), [input])) as [{ readonly outcome: { readonly action: object } }]
  expect(made.outcome.action).toMatchObject({
    counts: { in: 2, out: 1, failed: 1 },
    errors: [{ row: 0, message: "is not UTF-8: byte 0xff at offset 18" }]
  })
})

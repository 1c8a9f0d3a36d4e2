// JSON read into columns by the kernel is JSON as JSON.parse reads it; what it would refuse, or another type, is not read.
import { describe, expect, it } from "vitest"
import { jsonColumns, type PlainColumn } from "#src/text/json-columns.ts"
import { Random } from "../run/random-numbers.ts"

const text: PlainColumn = { type: "text", integer: false, nullable: false, optional: false }
const columns = {
  id: text,
  note: { ...text, nullable: true },
  größe: { ...text, type: "number", optional: true },
  count: { ...text, type: "number", integer: true, nullable: true, optional: true },
  isOld: { ...text, type: "flag", optional: true }
} as const satisfies { readonly [name: string]: PlainColumn }

const laid = (records: ReadonlyArray<Uint8Array>) => {
  const offsets = new Int32Array(records.length + 1)
  records.forEach((record, i) => {
    offsets[i + 1] = offsets[i]! + record.length
  })
  return { bytes: new Uint8Array(Buffer.concat(records)), offsets }
}

type Row = { readonly [name: string]: unknown }

/** The rows that the kernel read, each undefined where it read none. */
const readAll = (records: ReadonlyArray<Uint8Array>): ReadonlyArray<Row | undefined> => {
  const read = jsonColumns(laid(records), columns)!
  return records.map((_, row) => {
    if (read.wasRead[row] === 0) return undefined
    return Object.fromEntries(
      Object.entries(read.columns).map(([name, column]) => {
        if (column.valid?.[row] === 0) return [name, null]
        if (column.type === "number") return [name, column.values[row]]
        if (column.type === "flag") return [name, column.values[row] === 1]
        return [name, Buffer.from(column.bytes.subarray(column.offsets[row], column.offsets[row + 1])).toString()]
      })
    )
  })
}

const fits = (value: unknown, { type, integer, nullable, optional }: PlainColumn): boolean => {
  if (value === undefined) return optional
  if (value === null) return nullable
  if (type === "text") return typeof value === "string"
  if (type === "flag") return typeof value === "boolean"
  return integer ? Number.isSafeInteger(value) : Number.isFinite(value)
}

/** What JSON.parse makes of a record: a missing value as null, halves of surrogate pairs as UTF-8 has them. */
const expected = (record: string): Row | undefined => {
  let value: unknown
  try {
    value = JSON.parse(record)
  } catch {
    return undefined
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  const row = value as Row
  for (const [name, column] of Object.entries(columns)) if (!fits(row[name], column)) return undefined
  return Object.fromEntries(
    Object.keys(columns).map((name) => {
      const one = row[name] ?? null
      return [name, typeof one === "string" ? Buffer.from(one).toString() : typeof one === "number" ? one + 0 : one]
    })
  )
}

const good = (fields: string): string => `{"id":"a","note":null${fields}}`

describe("a record", () => {
  it.each([
    ["plain", '{"id":"a","note":"b"}'],
    ["spaced", ' { "id" :\t"a" ,\r\n "note" : null } '],
    [
      "with every escape",
      '{"id":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uABCD\\u0000","note":"long enough for sixteen bytes \\n and more"}'
    ],
    [
      "with surrogate pairs and halves",
      '{"id":"\\ud83d\\ude00 \\ud83d \\ude00 \\ud83d\\ud83d\\ude00","note":"\\uD800\\u0041"}'
    ],
    ["with a name twice", '{"id":1,"id":"a\\n","note":"x","note":null}'],
    ["with other fields", good(',"x":{"y":[1,{"z":"]}\\""},[],{}],"w":true},"v":-1.5e-3,"u":[null,false]')],
    ["with numbers", good(',"größe":-12.50e2,"count":9007199254740991')],
    ["with small numbers", good(',"größe":0.1,"count":-0,"isOld":false')],
    ["with a number beyond doubles", good(',"größe":1e999')],
    ["with a fraction for an integer", good(',"count":1.5')],
    ["with a whole number in another form", good(',"count":1.0e2')],
    ["with an integer beyond ±2^53", good(',"count":9007199254740993')],
    ["with a number of another type", good(',"count":"1"')],
    ["with null where none may be", '{"id":null,"note":null}'],
    ["without a field", '{"id":"a"}'],
    ["with an object for a text", '{"id":{"id":"a"},"note":null}'],
    ["that is empty", "{}"],
    ["that is a list", '["id"]'],
    ["that is a number", "1"],
    ["that is nothing", ""],
    ["with a comma too many", '{"id":"a","note":null,}'],
    ["with a list of a comma too many", good(',"x":[1,]')],
    ["with more behind it", `${good("")}{}`],
    ["with a control character", '{"id":"a\tb","note":null}'],
    ["with an unknown escape", '{"id":"\\x","note":null}'],
    ["with a zero in front", good(',"count":01')],
    ["with a plus", good(',"count":+1')],
    ["with a lone minus", good(',"count":-')],
    ["with a point and nothing", good(',"count":1.')],
    ["without quotes", '{id:"a","note":null}'],
    ["with brackets that do not match", good(',"x":[1}')],
    ["with half a word", good(',"isOld":tru')]
  ])("%s", (_, record) => {
    expect(readAll([Buffer.from(record)])).toEqual([expected(record)])
  })

  it("with an escape in a name is left to others", () => {
    expect(readAll([Buffer.from('{"i\\u0064":"a","note":null}')])).toEqual([undefined])
  })

  it("nested deeper than is followed is left to others", () => {
    const nested = (depth: number) => Buffer.from(good(`,"x":${"[".repeat(depth)}${"]".repeat(depth)}`))
    expect(readAll([nested(500), nested(600)])).toEqual([expected(nested(500).toString()), undefined])
  })
})

const pieces = [
  '"',
  "\\",
  "\\u",
  "d83d",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "1",
  "0",
  "e",
  ".",
  "-",
  "null",
  "true",
  " ",
  "é",
  "😀"
]

const randomText = (random: Random): string =>
  Array.from({ length: random.below(30) }, () =>
    random.below(4) === 0 ? pieces[random.below(pieces.length)]! : String.fromCharCode(97 + random.below(26))
  ).join("")

const randomValue = (random: Random, depth: number): unknown => {
  switch (random.below(depth > 2 ? 5 : 7)) {
    case 0:
      return randomText(random)
    case 1:
      return (random.below(2000) - 1000) / (random.below(3) + 1)
    case 2:
      return random.below(2) === 0
    case 3:
      return null
    case 4:
      return random.below(2 ** 31) * 2 ** random.below(30)
    case 5:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1))
    default:
      return { [randomText(random)]: randomValue(random, depth + 1) }
  }
}

const randomRecord = (random: Random): string => {
  const names = [...Object.keys(columns), "other", randomText(random)].filter(() => random.below(30) > 0)
  const entries = names.map((name) => {
    const usual = {
      id: randomText(random),
      note: randomText(random),
      count: random.below(99),
      isOld: true,
      größe: random.below(999) / 7
    }[name]
    return [name, usual === undefined || random.below(25) === 0 ? randomValue(random, 0) : usual] as const
  })
  const record = JSON.stringify(Object.fromEntries(entries))
  return random.below(3) > 0
    ? record
    : record.replace(/[a-z]/g, (letter) =>
        random.below(9) === 0 ? `\\u00${letter.charCodeAt(0).toString(16)}` : letter
      )
}

describe("random records", () => {
  it("are read as JSON.parse reads them, or refused with it", () => {
    let wasRead = 0
    for (let seed = 0; seed < 150; seed++) {
      const random = new Random(seed)
      const records = Array.from({ length: 40 }, () => {
        const record = randomRecord(random)
        if (random.below(3) > 0) return record
        // One piece too many, or a character too few.
        const at = random.below(record.length + 1)
        return (
          record.slice(0, at) +
          (random.below(2) === 0 ? pieces[random.below(pieces.length)]! : "") +
          record.slice(at + random.below(2))
        )
      }).map((record) => record.toWellFormed())
      const rows = readAll(records.map((record) => Buffer.from(record)))
      for (const [i, record] of records.entries()) {
        if (rows[i] !== undefined) wasRead++
        if (rows[i] === undefined && hasEscapedName(record)) continue
        expect(rows[i], record).toEqual(expected(record))
      }
    }
    expect(wasRead).toBeGreaterThan(1000)
  })
})

/** Whether a name may have an escape: such records are left to others. */
const hasEscapedName = (record: string): boolean => /\\[\s\S]*?"\s*:/.test(record)

describe("records", () => {
  it("that are not UTF-8 are not read at all", () => {
    expect(jsonColumns(laid([Buffer.from(good("")), Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])]), columns)).toBe(
      undefined
    )
  })

  it("are read with those before and behind them, whatever these are", () => {
    const records = ['{"id":"a', '","note":null}', good(""), '"', good(',"größe":1')]
    expect(readAll(records.map((record) => Buffer.from(record)))).toEqual(records.map(expected))
  })

  it("of no bytes and none at all give empty columns", () => {
    expect(jsonColumns(laid([]), columns)!.wasRead.length).toBe(0)
  })
})

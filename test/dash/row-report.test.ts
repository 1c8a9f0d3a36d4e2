// What a report tells of rows, on a real run: against the same figures counted from the rows, the drops and the traces.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { renderPage } from "../../src/dash/page.ts"
import { gatherReport, type ReportData } from "../../src/dash/report-data.ts"
import type { RowReport } from "../../src/dash/row-report.ts"
import { type Drop, listDrops } from "../../src/lineage/drops.ts"
import { PastRun } from "../../src/lineage/past-run.ts"
import { type IdentifiedRow, readRows } from "../../src/lineage/rows.ts"
import { readScores } from "../../src/lineage/scores.ts"
import { Store } from "../../src/store/store.ts"
import { makeProject, type TestProject } from "../cli/project.ts"
import { checkPage } from "./page-check.ts"

const nouns =
  "gate sluice basin keeper boat weir lantern house road river stone morning winter letter friend mother window garden bread horse table water night money paper story".split(
    " "
  )
const verbs = "opens waits turns closes rises finds leaves holds sends brings meets follows".split(" ")
const hostile = [
  "<script>alert('row')</script> is what the keeper of the old gate wrote on the wall of the house",
  "the boat \u202eturned around\u202c and the keeper \u0000 closed the gate in the evening when it was dark",
  `the lantern of the keeper is called ${"x".repeat(3000)} and it is lit in the evening by the boat`
]

/** A sentence of made-up English. */
const sentence = (n: number): string => {
  const word = (list: ReadonlyArray<string>, at: number) =>
    list[(n * (at + 3) * 17 + at * 5 + ((n / 7) | 0)) % list.length]
  const parts = Array.from({ length: 1 + (n % 4) }, (_, at) => {
    const [first, second] = [word(nouns, at * 2), word(nouns, at * 2 + 1)]
    return `the ${first} ${word(verbs, at)} before the ${second}`
  })
  return `${parts.join(" and ")} at ${n}`
}

const heavy = (n: number) => `the committee recommended navigation improvements concerning the northern harbours ${n}`

const german = (n: number) =>
  `Das alte Tor der Schleuse wird am Morgen um ${n} Uhr von dem Wärter geöffnet und am Abend geschlossen.`

const texts = (file: string, rows: number): ReadonlyArray<string> =>
  Array.from({ length: rows }, (_, at) => {
    const n = at + file.charCodeAt(0) * 1000
    if (n % 19 === 0) return german(n % 60)
    if (n % 23 === 0) return `${sentence(n)} which fails`
    if (n % 29 === 0) return heavy(n)
    if (n % 31 === 0) return hostile[Math.floor(n / 31) % hostile.length]!
    return n % 5 === 0 ? `${sentence(n - 1)} of ${file}` : sentence(n)
  })

const lines = (file: string, rows: number): string =>
  texts(file, rows)
    .map(
      (text, n) =>
        `${JSON.stringify({ id: `${file}${n}`, url: `https://${n % 3 === 0 ? "a" : file}.example:80/${n}`, text })}\n`
    )
    .join("")

let project: TestProject
let past: PastRun
let data: ReportData
let rows: RowReport
let drops: ReadonlyArray<Drop>

const tableOf = async (node: string, part?: string): Promise<ReadonlyArray<IdentifiedRow>> => {
  const all: Array<IdentifiedRow> = []
  for await (const row of readRows(past.store, past.table(node, part).views)) all.push(row)
  return all
}

const countedBy = <A>(all: ReadonlyArray<A>, of: (one: A) => string): { readonly [name: string]: number } =>
  Object.fromEntries([...Map.groupBy(all, of)].map(([name, list]) => [name, list.length]))

beforeAll(async () => {
  project = makeProject({
    "pipelines/looked-at.ts": readFileSync(join(import.meta.dirname, "fixtures/looked-at.ts"), "utf8"),
    "data/a.jsonl": lines("a", 400),
    "data/b.jsonl": lines("b", 240),
    "data/c.jsonl": lines("c", 120)
  })
  const said = await project.raw("run", "looked-at", "--max-failed", "1", "--workers", "1")
  expect([said.code, said.err]).toEqual([0, ""])
  const store = new Store(join(project.root, ".sluice"))
  past = new PastRun(store, "looked-at")
  data = await gatherReport(store, past.ref, { rows: true })
  rows = data.rows!
  const listed: Array<Drop> = []
  for await (const drop of listDrops(past)) listed.push(drop)
  drops = listed
})
afterAll(() => project.close())

test("every kind of loss is there", () => {
  const reasons = countedBy(drops, ({ node, reason }) => `${node} ${reason}`)
  expect(Object.keys(reasons).sort()).toEqual([
    "dedup.exact duplicate",
    "dedup.minhash near-duplicate",
    "looked.careful failed",
    "looked.long long-words",
    "looked.long too-short",
    "quality.language other-language"
  ])
})

test("bytes are those of the rows, by what became of them", async () => {
  for (const [node, { bytes, by, columns }] of Object.entries(rows.bytes.reasons)) {
    const edge = past.main(node)!
    const input = await tableOf(edge.node, edge.part)
    const reason = new Map(drops.filter((drop) => drop.node === node).map((drop) => [drop.id, drop.reason]))
    const expected: Record<string, number> = {}
    for (const { id, columns: values } of input) {
      const name = reason.get(id) ?? ""
      expected[name] = (expected[name] ?? 0) + Buffer.byteLength(String(values.text))
    }
    expect([node, columns, by]).toEqual([node, ["text"], expected])
    expect(bytes).toBe(Object.values(expected).reduce((sum, one) => sum + one, 0))
  }
  expect(Object.keys(rows.bytes.reasons)).toHaveLength(5)
  const pieces = await tableOf("looked.pieces")
  expect(rows.bytes.nodes["looked.pieces"]).toEqual({
    columns: ["piece"],
    bytes: pieces.reduce((sum, { columns }) => sum + Buffer.byteLength(String(columns.piece)), 0)
  })
})

test("histograms hold every row once, and thresholds part the kept from the dropped", async () => {
  const scores = (await readScores(past, "looked.long"))!
  const words = rows.measures.find(({ measure }) => measure === "words")!
  expect(words.thresholds).toEqual([
    { option: "minWords", measure: "words", value: 9, side: "least", reason: "too-short" }
  ])
  expect(words.beyond).toEqual({ minWords: scores.filter((score) => Number(score.words) < 9).length })
  for (const bin of words.histogram!.bins) {
    const inside = scores.filter((score) => Number(score.words) > bin.from && Number(score.words) < bin.to).length
    expect(bin.kept + bin.own + bin.other).toBe(inside)
    if (bin.to < 9) expect([bin.kept, bin.other]).toEqual([0, 0])
    else expect(bin.own).toBe(0)
  }
  const share = rows.measures.find(({ measure }) => measure === "share")!
  expect(share.thresholds).toMatchObject([{ option: "maxShare", side: "most", reason: "long-words" }])
  const language = rows.measures.find(({ measure }) => measure === "language")!
  const told = (await readScores(past, "quality.language"))!
  expect(Object.fromEntries(language.categories!.map(({ value, kept, lost }) => [value, kept + lost]))).toEqual(
    countedBy(told, (score) => String(score.language))
  )
})

test("samples are rows of their reason and rows that were kept, each with its own text", async () => {
  expect(rows.samples.map(({ node, reason }) => `${node} ${reason}`).sort()).toEqual([
    "looked.careful failed",
    "looked.long long-words",
    "looked.long too-short",
    "quality.language other-language"
  ])
  for (const { node, reason, rows: count, dropped, kept } of rows.samples) {
    const edge = past.main(node)!
    const input = new Map((await tableOf(edge.node, edge.part)).map(({ id, columns }) => [id, String(columns.text)]))
    const reasons = new Map(drops.filter((drop) => drop.node === node).map((drop) => [drop.id, drop.reason]))
    expect(count).toBe([...reasons.values()].filter((one) => one === reason).length)
    for (const { id } of dropped) expect(reasons.get(id)).toBe(reason)
    for (const { id } of kept) expect(reasons.get(id)).toBeUndefined()
    expect(new Set([...dropped, ...kept].map(({ id }) => id)).size).toBe(dropped.length + kept.length)
    for (const { id, texts: shown } of [...dropped, ...kept]) {
      const [first, last] = shown[0]!.text.split(/ \[…[\d,]+ characters…\] /)
      expect(input.get(id)!.startsWith(first!)).toBe(true)
      if (last !== undefined) expect(input.get(id)!.endsWith(last)).toBe(true)
    }
  }
  const short = rows.samples.find(({ reason }) => reason === "too-short")!
  expect(short.dropped.map(({ note }) => note).every((note) => /^words \d < minWords 9$/.test(note))).toBe(true)
  const nearest = [...short.dropped, ...short.kept].filter((row) => row.nearest)
  expect(nearest.map(({ note }) => note)).toEqual([
    "words 8 < minWords 9",
    expect.stringMatching(/^words (9|1\d) ≥ minWords 9$/)
  ])
  expect(rows.samples.find(({ reason }) => reason === "failed")!.dropped[0]!.note).toContain("<b>no</b>")
})

test("clusters are those of the merges, and their differences give both texts back", async () => {
  for (const { node, clusters, merged, sizes, largest, byLot } of rows.duplicates) {
    const merges = drops.filter((drop) => drop.node === node)
    const groups = Map.groupBy(merges, ({ into }) => into!)
    expect([clusters, merged]).toEqual([groups.size, merges.length])
    expect(sizes.reduce((sum, one) => sum + one.clusters, 0)).toBe(clusters)
    expect(largest[0]!.rows).toBe(Math.max(...[...groups.values()].map((list) => list.length)) + 1)
    const edge = past.main(node)!
    const input = new Map((await tableOf(edge.node, edge.part)).map(({ id, columns }) => [id, String(columns.text)]))
    for (const { survivor, members } of [...largest, ...byLot])
      for (const { id, similarity, differences } of members) {
        expect(merges.find((drop) => drop.id === id)).toMatchObject({ into: survivor, similarity })
        const { difference } = differences[0]!
        const side = (of: "first" | "second") =>
          difference!.stretches.map((one) => (one.of === "both" || one.of === of ? one.text : "")).join("")
        if (JSON.stringify(difference).includes("[…]")) continue
        expect([side("first"), side("second")]).toEqual([input.get(survivor), input.get(id)])
      }
  }
  expect(rows.duplicates.map(({ node }) => node)).toEqual(["dedup.exact", "dedup.minhash"])
})

test("mixtures count the rows of the outputs by what they descend from, through a union and an expand", async () => {
  const languages = rows.mixes.find(({ of }) => of === "language")!
  const clean = await tableOf("looked.careful")
  const pieces = await tableOf("looked.pieces")
  expect(languages.outputs).toEqual([
    { name: "clean", rows: clean.length },
    { name: "pieces", rows: pieces.length }
  ])
  expect(languages.groups.find(({ name }) => name === "de")!.after).toEqual([0, 0])
  const hostOf = ({ columns }: IdentifiedRow) => new URL(String(columns.url)).hostname
  const byHost = rows.mixes.filter(({ of }) => of === "host")
  const found = (at: number) => {
    const sums: Record<string, number> = {}
    for (const { groups } of byHost) for (const { name, after } of groups) sums[name!] = (sums[name!] ?? 0) + after[at]!
    return Object.fromEntries(Object.entries(sums).filter(([, rows]) => rows > 0))
  }
  expect(found(0)).toEqual(countedBy(clean, hostOf))
  expect(found(1)).toEqual(countedBy(pieces, hostOf))
  const files = rows.mixes.find(({ of }) => of === "file")!
  expect(files.groups.map(({ name, before }) => [name, before])).toEqual([
    ["data/a.jsonl", 400],
    ["data/b.jsonl", 240]
  ])
})

test("the same ref gives the same data, and one without rows leaves them out alone", async () => {
  expect(await gatherReport(past.store, past.ref, { rows: true })).toEqual(data)
  expect(await gatherReport(past.store, past.ref)).toEqual({ ...data, rows: null })
})

test("the page is whole and small, and its texts stay texts", () => {
  const page = renderPage(data)
  const { text, elements, embedded } = checkPage(page)
  expect(embedded).toEqual(JSON.parse(JSON.stringify(data)))
  expect(elements.get("script")).toBe(2)
  expect(elements.get("figcaption")).toBeGreaterThan(10)
  expect(page.length).toBeLessThan(250_000)
  for (const heading of ["Measures", "Kept and dropped rows", "Duplicates", "Mixture"]) expect(text).toContain(heading)
  for (const { dropped } of rows.samples) expect(text).toContain(`sluice trace looked-at ${dropped[0]!.id}`)
  expect(text).not.toContain("\u202e")
})

test("the page that a run leaves says how to get the rest; report writes it", async () => {
  const left = readFileSync(join(project.root, ".sluice/reports/looked-at.html"), "utf8")
  expect(checkPage(left).text).toContain("sluice report looked-at")
  expect(left).not.toContain("Kept and dropped rows")
  const [written] = await project.json("report", "looked-at", "--out", "looked.html")
  expect(written).toEqual({
    pipeline: "looked-at",
    run: past.ref.run,
    path: join(project.root, "looked.html"),
    bytes: readFileSync(join(project.root, "looked.html")).length
  })
  expect(readFileSync(join(project.root, "looked.html"), "utf8")).toBe(renderPage(data))
  const { code, out } = await project.raw("report", "looked-at")
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^report: \.sluice\/reports\/looked-at\.html \(\d+\.\d kB, in \d+\.\d s\)\n$/)
  ])
})

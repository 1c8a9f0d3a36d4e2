// Trace and drops on a pipeline of every kind of node, against fates worked out by hand from the same texts.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { countDrops, type Drop, listDrops } from "../../src/lineage/drops.ts"
import { PastRun } from "../../src/lineage/past-run.ts"
import { readRows } from "../../src/lineage/rows.ts"
import { traceRow } from "../../src/lineage/trace.ts"
import { Store } from "../../src/store/store.ts"
import { makeProject, type TestProject } from "../cli/project.ts"
import { drawFiles, foresee, wordKey } from "./oracle.ts"

const first = drawFiles(11, 4, 40)
/** One line goes, one is new, one is edited, one file is replaced: most rows are taken from the first run. */
const edited = {
  ...first,
  "data/f1.txt": first["data/f1.txt"]!.split("\n").toSpliced(7, 1).concat("f1new marula teso the bekami").join("\n"),
  "data/f2.txt": first["data/f2.txt"]!.replace(/^(f2l9) .*$/m, "$1 kalomi teruso loka 77x"),
  "data/f3.txt": drawFiles(5, 4, 40)["data/f3.txt"]!
}
const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8")

describe.each([
  { name: "after a first run", runs: [first] },
  { name: "after an incremental run", runs: [first, edited] }
])("$name", ({ runs }) => {
  const files: { readonly [path: string]: string } = runs.at(-1)!
  const oracle = foresee(files)
  let project: TestProject
  let past: PastRun
  /** Row ids by tag of a line, by key of a word. */
  const lineIds = new Map<string, string>()
  const wordIds = new Map<string, string>()
  const keys = new Map<string, string>()

  const rowsOf = async (node: string, part?: string) => {
    const rows: Array<{ readonly id: string; readonly columns: { readonly [name: string]: unknown } }> = []
    for await (const row of readRows(past.store, past.table(node, part).views)) rows.push(row)
    return rows
  }

  const listed = async (query = {}) => {
    const drops: Array<Drop> = []
    for await (const drop of listDrops(past, query)) drops.push(drop)
    return drops
  }

  beforeAll(async () => {
    const code = { "pipelines/every-kind.ts": fixture("pipeline.ts"), "pipelines/stages.ts": fixture("stages.ts") }
    project = makeProject(code)
    for (const run of runs) {
      for (const [path, text] of Object.entries(run)) project.write(path, text)
      const said = await project.raw("run", "every-kind", "--json")
      expect([said.code, said.err]).toEqual([0, ""])
      const { nodes } = JSON.parse(said.out.trim().split("\n").at(-1)!)
      if (run === edited) expect(nodes[0].rows.reused).toBeGreaterThan(80)
    }
    past = new PastRun(new Store(join(project.root, ".sluice")), "every-kind")
    for (const { id, columns } of await rowsOf("test.lines")) lineIds.set(String(columns.tag), id)
    for (const { id, columns } of await rowsOf("test.words")) wordIds.set(`${columns.tag}:${columns.nth}`, id)
    for (const [key, id] of [...lineIds, ...wordIds]) keys.set(id, key)
  })

  afterAll(() => project.close())

  describe("the oracle", () => {
    it("meets every reason", () => {
      const reasons = new Set([...oracle.lineFates.values(), ...oracle.wordFates.values()].map(({ reason }) => reason))
      expect([...reasons].sort()).toEqual([
        "digits",
        "duplicate",
        "only-short-words",
        "stop-word",
        "too-few",
        "too-many"
      ])
      expect(oracle.bad.length).toBeGreaterThan(2)
      expect(oracle.words.length).toBeGreaterThan(200)
    })

    it("finds the same lines and words as the engine", () => {
      expect([...lineIds.keys()].sort()).toEqual(oracle.lines.map(({ tag }) => tag).sort())
      expect([...wordIds.keys()].sort()).toEqual(oracle.words.map(wordKey).sort())
    })
  })

  describe("drops", () => {
    it("knows every line that was left out, with its reason, its scores and its place", async () => {
      const drops = (await listed()).filter(({ id }) => id !== null && lineIds.has(keys.get(id) ?? ""))
      const told = drops.map(({ id, node, reason, source }) => [keys.get(id!), node, reason, place(source)])
      const expected = oracle.lines.flatMap((line) => {
        const fate = oracle.lineFates.get(line.tag)
        return fate === undefined ? [] : [[line.tag, fate.node, fate.reason, `${line.path}:${line.line}`]]
      })
      expect(sorted(told)).toEqual(sorted(expected))
      const byTag = new Map(oracle.lines.map((line) => [line.tag, line]))
      for (const drop of drops.filter(({ node }) => node === "test.length")) {
        const { words } = byTag.get(keys.get(drop.id!)!)!
        expect(drop.scores).toEqual({ words: words.length, longest: Math.max(0, ...words.map(({ length }) => length)) })
      }
    })

    it("knows every word that was left out, and what it was merged into", async () => {
      const drops = await listed({ node: "test.distinct" })
      const told = drops.map(({ id, reason, into, source }) => [
        keys.get(id!),
        reason,
        into === undefined ? "" : keys.get(into),
        place(source)
      ])
      const expected = oracle.words.flatMap((word) => {
        const fate = oracle.wordFates.get(wordKey(word))
        if (fate === undefined) return []
        return [[wordKey(word), fate.reason, fate.into ?? "", `${word.line.path}:${word.line.line}`]]
      })
      expect(sorted(told)).toEqual(sorted(expected))
      expect(drops.filter(({ similarity }) => similarity === 0.5).length).toBe(
        drops.filter(({ reason }) => reason === "duplicate").length
      )
    })

    it("knows the records that are no rows", async () => {
      const drops = await listed({ node: "test.lines" })
      expect(sorted(drops.map(({ source, error }) => [place(source), error]))).toEqual(
        sorted(oracle.bad.map(({ path, line }) => [`${path}:${line}`, "begins with an exclamation mark"]))
      )
    })

    it("knows groups that made no row and rows that a model skipped", async () => {
      const train = await rowsOf("split.by", "train")
      const initials = Map.groupBy(train, ({ columns }) => String(columns.word).slice(0, 1))
      const rare = [...initials.values()].filter((group) => group.length < 2).flat()
      expect((await listed({ node: "test.initials" })).map(({ id }) => id).sort()).toEqual(
        rare.map(({ id }) => id).sort()
      )
      const odd = train.filter(({ columns }) => String(columns.word).length % 2 !== 0).map(({ id }) => id)
      expect((await listed({ node: "test.learn", reason: "odd" })).map(({ id }) => id).sort()).toEqual(odd.sort())
    })

    it("lists as many rows as it counts", async () => {
      const counts = countDrops(past)
      const all = await listed()
      expect(counts.length).toBeGreaterThan(6)
      for (const { node, reason, count } of counts)
        expect([node, reason, all.filter((drop) => drop.node === node && drop.reason === reason).length]).toEqual([
          node,
          reason,
          count
        ])
      expect(all.length).toBe(counts.reduce((sum, { count }) => sum + count, 0))
    })
  })

  describe("trace", () => {
    it("leads every line and word back to its line, with the digest of the file", () => {
      const places = [
        ...oracle.lines.map((line) => [lineIds.get(line.tag)!, line] as const),
        ...oracle.words.map((word) => [wordIds.get(wordKey(word))!, word.line] as const)
      ]
      for (const [id, line] of places)
        expect(traceRow(past, id).sources).toEqual([
          { path: line.path, line: line.line, digest: createHash("sha256").update(files[line.path]!).digest("hex") }
        ])
    })

    it("tells the verdict of each node that a line met", () => {
      const order = ["test.length", "test.plain", "test.loud", "test.words"]
      for (const line of oracle.lines) {
        const fate = oracle.lineFates.get(line.tag)
        const made = oracle.words
          .filter((word) => word.line.tag === line.tag)
          .map((word) => wordIds.get(wordKey(word))!)
        const steps = traceRow(past, lineIds.get(line.tag)!).steps.filter((step) => step.of === "row")
        const end = fate === undefined ? "test.words" : fate.node
        const expected = order.slice(0, order.indexOf(end) + 1).map((node) => {
          if (node !== end) return { node, verdict: "kept" }
          return fate === undefined
            ? { node, verdict: "made", ids: made }
            : { node, verdict: "dropped", reason: fate.reason }
        })
        expect(steps.map(({ id: _, of: __, ...step }) => step)).toEqual([
          { node: "test.lines", verdict: "read" },
          ...expected
        ])
      }
    })

    it("goes from a word up to its line and forward to what used it", async () => {
      const train = new Set((await rowsOf("split.by", "train")).map(({ id }) => id))
      for (const word of oracle.words) {
        const id = wordIds.get(wordKey(word))!
        const trace = traceRow(past, id.slice(0, 16))
        const ancestors = trace.steps.filter((step) => step.of === "ancestor")
        expect(new Set(ancestors.map((step) => step.id))).toEqual(new Set([lineIds.get(word.line.tag)!]))
        expect(ancestors.map(({ node }) => node)).toEqual([
          "test.lines",
          "test.length",
          "test.plain",
          "test.loud",
          "test.words"
        ])
        const kept = !oracle.wordFates.has(wordKey(word))
        const learnt = kept && train.has(id) && word.word.length % 2 === 0
        const asked = kept && !train.has(id)
        const uses = [
          ...(learnt ? [{ model: "model", node: "test.learn", rows: 1 }] : []),
          ...(asked
            ? [{ report: "report", node: "test.judge", rows: 1 }]
            : learnt
              ? [{ report: "report", node: "test.judge", rows: 0, through: "test.learn" }]
              : [])
        ]
        expect(trace.usedBy).toEqual(uses)
      }
    })

    it("counts for a line the words made of it that a model used", async () => {
      const train = new Set((await rowsOf("split.by", "train")).map(({ id }) => id))
      for (const line of oracle.lines) {
        const words = oracle.words.filter((word) => word.line === line && !oracle.wordFates.has(wordKey(word)))
        const learnt = words.filter((word) => train.has(wordIds.get(wordKey(word))!) && word.word.length % 2 === 0)
        const use = traceRow(past, lineIds.get(line.tag)!).usedBy.find((one) => "model" in one)
        expect(use?.rows ?? 0).toBe(learnt.length)
      }
    })

    it("leads a gathered row back to the lines of all its words", async () => {
      const train = await rowsOf("split.by", "train")
      for (const { id, columns } of await rowsOf("test.initials")) {
        const group = train.filter(({ columns: one }) => String(one.word).startsWith(String(columns.initial)))
        expect(columns.words).toEqual(group.map(({ columns: one }) => one.word))
        const tags = new Set(group.map(({ columns: one }) => one.tag))
        const expected = oracle.lines.filter(({ tag }) => tags.has(tag)).map(({ path, line }) => `${path}:${line}`)
        expect(traceRow(past, id).sources.map(place).sort()).toEqual(expected.sort())
      }
    })

    it("asks for more digits where several rows begin alike, and says so where none does", () => {
      expect(() => traceRow(past, "a")).toThrow(/rows have ids that begin with a$/)
      expect(() => traceRow(past, "0123456789abcdef")).toThrow(/no row of every-kind has an id/)
      expect(() => traceRow(past, "xyz")).toThrow('"xyz" is no row id')
    })
  })
})

const place = (source: Drop["source"]): string => {
  if (source === null) return ""
  return "line" in source ? `${source.path}:${source.line}` : `${source.path}:${source.byteRange.join("-")}`
}

const sorted = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

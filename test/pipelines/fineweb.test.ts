// The FineWeb recipe as a user runs it, on pages and texts that npm brought: what is left is English prose, and a threshold replays.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"

const root = resolve(import.meta.dirname, "../..")
const docs = join(root, "node_modules/npm/docs")
let folder = ""

interface Finished {
  readonly event: string
  readonly nodes: ReadonlyArray<{
    readonly name: string
    readonly rows: { readonly in: number; readonly out: number; readonly computed: number }
    readonly reasons: { readonly [reason: string]: number }
  }>
}

const sluice = (...args: ReadonlyArray<string>): string =>
  execFileSync(process.execPath, ["bin/sluice.js", ...args, "--store", join(folder, "store")], {
    cwd: root,
    maxBuffer: 1 << 26
  }).toString()

const run = (...sets: ReadonlyArray<string>): Finished => {
  const values = [`corpus=${folder}/*.jsonl`, ...sets].flatMap((set) => ["--set", set])
  const lines = sluice("run", "fineweb", "--json", ...values).split("\n")
  return lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .find(({ event }) => event === "finished")
}

const nodeOf = (finished: Finished, name: string) => finished.nodes.find((node) => node.name === name)!

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-fineweb-"))
  const files = (below: string, ending: string) =>
    readdirSync(join(docs, below), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(ending))
      .sort()
      .map((path) => ({ path, content: readFileSync(join(docs, below, path), "utf8") }))
  const rows = [
    ...files("output", ".html").map(({ path, content }) => ({ id: path, url: `npm:${path}`, html: content })),
    ...files("content", ".md").map(({ path, content }) => ({ id: path, url: `npm:${path}`, text: content })),
    {
      id: "german",
      url: "npm:german",
      text: "Das Tor wird am Morgen geöffnet, und die Boote fahren hinauf. ".repeat(20)
    }
  ]
  writeFileSync(join(folder, "pages.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it("leaves English prose without its pages' frame, and replays a threshold from stored scores", {
  timeout: 120_000
}, () => {
  const easier = ["quality.gopher.minAlphabeticShare=0.5", "quality.c4.filterCurlyBracket=false"]
  const first = run(...easier)
  expect(first.nodes.map(({ name }) => name)).toEqual([
    "ingest.jsonl",
    "ingest.extract",
    "quality.language",
    "quality.gopherRepetition",
    "quality.gopher",
    "quality.c4",
    "quality.c4Lines",
    "quality.fineweb",
    "dedup.minhash",
    "quality.redact"
  ])
  expect(nodeOf(first, "quality.language").reasons).toEqual({ "other-language": 1 })
  const left = nodeOf(first, "quality.redact").rows.out
  expect(left).toBeGreaterThan(3)
  expect(left).toBeLessThan(nodeOf(first, "ingest.jsonl").rows.in)
  const shown = sluice("show", "fineweb", "fineweb", "--json").split("\n")
  const texts = shown.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line).text as string)
  expect(texts.length).toBeGreaterThan(0)
  expect(texts.filter((text) => /<div|<nav|npm command-line interface/.test(text))).toEqual([])
  const stricter = run("quality.gopher.minAlphabeticShare=0.7", easier[1]!)
  expect(nodeOf(stricter, "quality.gopher").rows.computed).toBe(0)
  expect(nodeOf(stricter, "quality.gopher").rows.out).toBeLessThan(nodeOf(first, "quality.gopher").rows.out)
  expect(nodeOf(stricter, "quality.fineweb").rows.computed).toBe(0)
})

// The quickstart with short training: after each edit of the README, an incremental run and a run from nothing end in
// the same content for every output, weights and report data included; and every training row leads back to a file.
import { execFileSync } from "node:child_process"
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { PastRun } from "../../src/lineage/past-run.ts"
import { traceRow } from "../../src/lineage/trace.ts"
import { Store } from "../../src/store/store.ts"

const root = resolve(import.meta.dirname, "../..")
let project = ""

interface Finished {
  readonly event: string
  readonly nodes: ReadonlyArray<{
    readonly name: string
    readonly verdict: "hit" | "run"
    readonly rows: { readonly in: number; readonly computed: number; readonly reused: number; readonly out: number }
  }>
  readonly outputs: { readonly [name: string]: { readonly digest: string; readonly rows?: number } }
}

const short = [
  "train.base.steps=12",
  "train.base.vocabulary=600",
  "train.sft.steps=6",
  "train.lora.steps=6",
  "evaluate.suite.limit=12",
  "evaluate.suite.maxNewTokens=6",
  "input=docs"
]

/** Runs the command in the project; a gate that does not open (exit 3) is no failure here: training is cut short. */
const sluice = (...args: ReadonlyArray<string>): ReadonlyArray<Record<string, unknown>> => {
  let out = ""
  try {
    out = execFileSync(process.execPath, ["bin/sluice.js", ...args, "--json"], {
      cwd: project,
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "pipe"]
    }).toString()
  } catch (cause) {
    const failed = cause as { readonly status: number; readonly stdout: Buffer; readonly stderr: Buffer }
    if (failed.status !== 3) throw new Error(`${failed.stdout}${failed.stderr}`)
    out = failed.stdout.toString()
  }
  return out
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
}

const run = (sets: ReadonlyArray<string>, store: string): Finished => {
  const given = new Map([...short, ...sets].map((set) => [set.slice(0, set.indexOf("=")), set]))
  const events = sluice("run", "quickstart", "--store", store, ...[...given.values()].flatMap((set) => ["--set", set]))
  return events.find(({ event }) => event === "finished") as unknown as Finished
}

const digests = ({ outputs }: Finished) =>
  Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest]))

const rowsOf = (finished: Finished, node: string) => finished.nodes.find(({ name }) => name === node)!

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "sluice-quickstart-"))
  for (const part of ["bin", "src", "stages", "pipelines", "package.json", "package-lock.json"])
    cpSync(join(root, part), join(project, part), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"))
  cpSync(join(root, "node_modules/npm/docs/content"), join(project, "docs"), { recursive: true })
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

test("incremental runs end where runs from nothing end", () => {
  const first = run([], "warm")
  const again = run([], "warm")
  expect(again.nodes.filter(({ verdict }) => verdict === "run")).toEqual([])
  expect(digests(again)).toEqual(digests(first))

  const threshold = ["quality.gopher.minWords=120"]
  const stricter = run(threshold, "warm")
  expect(rowsOf(stricter, "quality.gopher").rows.computed).toBe(0)
  expect(rowsOf(stricter, "synth.questions").rows.computed).toBe(0)
  expect(digests(stricter)).toEqual(digests(run(threshold, "cold-1")))

  appendFileSync(
    join(project, "docs/using-npm/registry.md"),
    "\nThe npm command line client is a program that installs packages for people.\n"
  )
  const edited = run([], "warm")
  expect(rowsOf(edited, "ingest.documents").rows.computed).toBe(1)
  expect(rowsOf(edited, "quality.gopher").rows.computed).toBe(1)
  expect(rowsOf(edited, "synth.questions").rows.computed).toBeLessThan(rowsOf(edited, "synth.questions").rows.in / 20)
  expect(digests(edited)).toEqual(digests(run([], "cold-2")))

  const helper = join(project, "stages/synth/grounded.ts")
  const source = readFileSync(helper, "utf8")
  writeFileSync(helper, `${source}\n// a comment changes nothing\n`)
  expect(run([], "warm").nodes.filter(({ verdict }) => verdict === "run")).toEqual([])
  const chat = join(project, "stages/synth/to-chat.ts")
  writeFileSync(chat, readFileSync(chat, "utf8").replace('role: "user"', 'role: "user" as const'))
  expect(run([], "warm").nodes.filter(({ verdict }) => verdict === "run")).toEqual([])
})

test("every training row is traced to the bytes it came from and to the models that used it", () => {
  const { outputs } = run(["train.sft.steps=600"], "warm")
  const chats = sluice("export", "quickstart", "chats", "chats.jsonl", "--ids", "--store", "warm")
  expect(chats.length).toBeGreaterThan(0)
  const rows = readFileSync(join(project, "chats.jsonl"), "utf8").trim().split("\n")
  expect(rows.length).toBe(outputs["chats"]!.rows)
  const past = new PastRun(new Store(join(project, "warm")), "quickstart")
  for (const line of rows) {
    const { sources, usedBy } = traceRow(past, JSON.parse(line)._id)
    expect(sources).toHaveLength(1)
    const { path } = sources[0]!
    expect(sources[0]).toMatchObject({ byteRange: [0, readFileSync(join(project, path)).length] })
    expect(usedBy.map(({ node }) => node)).toContain("train.sft")
  }
  const id = JSON.parse(rows[0]!)._id as string
  expect(sluice("trace", "quickstart", id, "--store", "warm")).toEqual([JSON.parse(JSON.stringify(traceRow(past, id)))])
})

test("every document is in the clean text or was dropped by a node for a reason", () => {
  sluice("export", "quickstart", "clean", "clean.jsonl", "--store", "warm")
  const clean = new Set(
    readFileSync(join(project, "clean.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).source as string)
  )
  const drops = sluice("drops", "quickstart", "--store", "warm") as unknown as ReadonlyArray<{
    readonly node: string
    readonly reason: string
    readonly source: { readonly path: string }
  }>
  const before = new Set(["dedup.exact", "quality.language", "quality.gopher", "dedup.minhash"])
  const dropped = drops.filter(({ node }) => before.has(node))
  for (const { reason } of dropped) expect(reason).toMatch(/^[a-z-]+$/)
  const files = readdirSync(join(project, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`)
  expect(files.length).toBeGreaterThan(80)
  expect([...clean, ...dropped.map(({ source }) => source.path)].sort()).toEqual(files.sort())
  const [first] = sluice("show", "quickstart", "clean", "--rows", "1", "--store", "warm")
  const [trace] = sluice("trace", "quickstart", first!["_id"] as string, "--store", "warm")
  expect((trace!["usedBy"] as ReadonlyArray<{ readonly node: string }>).map(({ node }) => node)).toContain("train.base")
})

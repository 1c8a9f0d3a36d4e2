// The edit matrix, pipelines: stages that stand in the file of their pipeline, and which edits of it are no effects.
import { expect, it } from "vitest"
import { type EditCase, runMatrix } from "./matrix-project.ts"
import { TempProject } from "./temp-project.ts"

const PIPELINE = `
import { Stage, keep, opt, param, pipeline, split, union } from "#sluice"
import * as Schema from "effect/Schema"
import { dedup, ingest as load } from "#lib/stages.ts"
import * as families from "#lib/stages.ts"
import { build, wrap } from "#lib/build.ts"
import { limits } from "#lib/limits.ts"

export const calm = Stage.filter({
  name: "calm",
  options: { atMost: opt("number", 1) },
  decide: (row: { n: number }, o: { atMost: number }) => (row.n > o.atMost ? "loud" : keep)
})
const Page = Schema.Struct({ text: Schema.String.pipe(Schema.minLength(1)) })
const input = param("input", Schema.String, "data/*.jsonl")
const pages = load.jsonl({ path: input, row: Page })
const exact = dedup.exact
const clean = pages.pipe(dedup.exact({ by: "text" }), calm({ atMost: 0.2 }), exact())
const held = clean.pipe(split({ by: "source" }))
const { train, test: exam } = held
const again = calm({ atMost: limits.high })(held.train)
const inline = load.jsonl({ path: "y" }).pipe(families.dedup.exact({ by: "url" }), split({ by: "id" })).test
const joined = union(train, exam.pipe(calm()), again, inline)
export default pipeline("first", { clean, joined, rest: held.test.pipe(calm({ atMost: 3 })) })
`
const FILES = {
  "pipelines/p.ts": PIPELINE,
  "lib/stages.ts": 'export * as dedup from "./dedup.ts"\nexport * as ingest from "./ingest.ts"\n',
  "lib/dedup.ts": `
import { Stage } from "#sluice"
export const exact = Stage.filter({ name: "exact", decide: (row: { text: string }) => (row.text ? "keep" : "double") })
`,
  "lib/ingest.ts": 'export { lines as jsonl } from "./lines.ts"\n',
  "lib/lines.ts":
    'import { Stage } from "#sluice"\nexport const lines = Stage.source({ name: "lines", parse: (record: string) => ({ text: record }) })\n',
  "lib/limits.ts": "export const limits = { high: 9, low: 1 }\n",
  "lib/build.ts":
    "export const wrap = <S>(stage: S): S => stage\nexport const build = (n: number) => ({ get text() { return n } })\n"
}

function makeProject(): TempProject {
  const project = new TempProject(FILES)
  project.write("node_modules/effect/package.json", '{"name":"effect","version":"4.0.0","exports":{"./*":"./*.js"}}')
  project.write("node_modules/effect/Schema.js", "export const String = {}\n")
  project.write(
    "package-lock.json",
    JSON.stringify({
      lockfileVersion: 3,
      packages: { "": {}, "node_modules/effect": { version: "4.0.0", integrity: "sha512-x" } }
    })
  )
  return project
}

const FILE = "pipelines/p.ts"
const WATCHED = [FILE, "lib/dedup.ts", "lib/lines.ts"]
const CALM = ["calm.data", "calm.decide"]

/** Puts a statement before the pipeline's end. */
function add(project: TempProject, text: string): void {
  project.edit(FILE, "export default", `${text}\nexport default`)
}

/** An edit of a project that already has a statement more. */
function given(text: string, edit: (project: TempProject) => void, changed: ReadonlyArray<string>) {
  const make = (): TempProject => {
    const project = makeProject()
    add(project, text)
    return project
  }
  return { make, edit, changed }
}

const SHAPE: ReadonlyArray<EditCase> = [
  ["an option", (p) => p.edit(FILE, "atMost: 0.2", "atMost: 0.3"), []],
  ["an option's name", (p) => p.edit(FILE, '{ by: "text" }', '{ on: "text" }'), []],
  ["a stage added to a pipe", (p) => p.edit(FILE, ", exact())", ", exact(), calm())"), []],
  ["a stage taken from a pipe", (p) => p.edit(FILE, ", exact())", ")"), []],
  ["stages of a pipe swapped", (p) => p.edit(FILE, "calm({ atMost: 0.2 }), exact()", "exact(), calm()"), []],
  ["an output added", (p) => p.edit(FILE, "{ clean, joined,", "{ clean, joined, train,"), []],
  ["an output with a pipe added", (p) => p.edit(FILE, "{ clean,", "{ clean, more: clean.pipe(exact()),"), []],
  ["the pipeline renamed", (p) => p.edit(FILE, '"first"', '"second"'), []],
  ["a handle renamed", (p) => p.edit(FILE, "held", "parts"), []],
  ["a handle added", (p) => add(p, "const more = clean.pipe(exact({ by: `url` }))"), []],
  ["the part of a split", (p) => p.edit(FILE, "(held.train)", "(held.test)"), []],
  ["the share of a split", (p) => p.edit(FILE, 'split({ by: "source" }', 'split({ by: "source", test: 0.3 }'), []],
  ["a parameter's default", (p) => p.edit(FILE, "data/*", "more/*"), []],
  ["the type of the rows", (p) => p.edit(FILE, "minLength(1)", "minLength(2)"), []],
  ["a constant that is an option", (p) => p.edit("lib/limits.ts", "high: 9", "high: 8"), []],
  ["which constant is an option", (p) => p.edit(FILE, "limits.high", "limits.low"), []],
  ["the dataset of a curried call", (p) => p.edit(FILE, "(held.train)", "(clean)"), []],
  ["a call through a namespace", (p) => p.edit(FILE, '"url"', '"uri"'), []],
  ["a call of an alias", (p) => p.edit(FILE, "exact()", 'exact({ by: "id" })'), []],
  ["a stage of the file used in it", (p) => p.edit(FILE, "row.n >", "row.n >="), ["calm.decide"]],
  ["a stage of another file used in it", (p) => p.edit("lib/dedup.ts", "double", "twice"), ["exact.decide"]]
]

const UNKNOWN = {
  "a wrapper's call": given("const w = wrap(calm({ atMost: 5 }))", (p) => p.edit(FILE, "5", "6"), CALM),
  "a call of a wrapped stage": given(
    'const odd = wrap(Stage.filter({ name: "odd", decide: () => keep }))\nconst w = odd({ atMost: 5 })',
    (p) => p.edit(FILE, "5", "6"),
    CALM
  ),
  "a wrapped stage in a pipe": given(
    'const odd = wrap(Stage.filter({ name: "odd", decide: () => keep }))\nconst w = clean.pipe(odd({ atMost: 5 }))',
    (p) => p.edit(FILE, "5", "6"),
    CALM
  ),
  "a function in a pipe": given("const w = clean.pipe((d: unknown) => build(5))", (p) => p.edit(FILE, "5", "6"), CALM),
  "a function by name in a pipe": given(
    "const w = clean.pipe(build)",
    (p) => p.edit(FILE, "pipe(build)", "pipe(wrap)"),
    [...CALM]
  ),
  "a pipe of what a wrapper gave": given(
    "const w = wrap(clean).pipe(calm({ atMost: 5 }))",
    (p) => p.edit(FILE, "5", "6"),
    [...CALM]
  ),
  "a stage held by let": given(
    'let odd = Stage.filter({ name: "odd", decide: () => keep })\nconst w = odd({ atMost: 5 })',
    (p) => p.edit(FILE, "5", "6"),
    CALM
  ),
  "a handle held by let": given(
    "let odd = clean\nodd = wrap(odd)\nconst w = odd.pipe(calm({ atMost: 5 }))",
    (p) => p.edit(FILE, "5", "6"),
    ["calm SLUICE_CANNOT_FOLLOW"]
  ),
  "a call of a stage's own function": given(
    "const w = calm.declaration.decide({ n: 5 })",
    (p) => p.edit(FILE, "5", "6"),
    CALM
  ),
  "an option that a call gives": given("const w = calm({ atMost: build(5) })", (p) => p.edit(FILE, "5", "6"), CALM),
  "an option that a call gives, below a pattern": given(
    "const { train: w } = clean.pipe(split({ by: build(5) })).test",
    (p) => p.edit(FILE, "5", "6"),
    CALM
  ),
  "an option by a getter": given("const w = calm({ get atMost() { return 5 } })", (p) => p.edit(FILE, "5", "6"), CALM),
  "options that may have getters": given(
    "const options = build(7)\nconst w = calm(options)",
    (p) => p.edit(FILE, "calm(options)", "exact(options)"),
    CALM
  ),
  "options spread from what may have getters": given(
    "const options = build(7)\nconst w = calm({ ...options })",
    (p) => p.edit(FILE, "calm({ ...", "exact({ ..."),
    CALM
  ),
  "a getter of what another module's function gives": given(
    "const box = build(7)\nconst w = box.text",
    (p) => p.edit(FILE, "box.text", "box.other"),
    CALM
  ),
  "an operator by a condition": given(
    "const w = clean.pipe(limits.high > 3 ? calm() : exact())",
    (p) => p.edit(FILE, "> 3", "> 4"),
    CALM
  ),
  "operators spread": given("const w = clean.pipe(...[calm()])", (p) => p.edit(FILE, "[calm()]", "[exact()]"), CALM),
  "code made from text": given('const w = (Stage.filter.constructor("return 5"))()', (p) => p.edit(FILE, "5", "6"), [
    "calm SLUICE_CANNOT_FOLLOW"
  ]),
  "a name hidden by a class": given(
    "const w = class calm { static x = calm.pipe(5); static pipe(n: number) { return build(n) } }",
    (p) => p.edit(FILE, "5", "6"),
    CALM
  ),
  "a method named pipe of another value": given(
    "const box = { pipe: build }\nconst w = box.pipe(calm())",
    (p) => p.edit(FILE, "box.pipe(calm())", "box.pipe(exact())"),
    CALM
  )
}

runMatrix("edits of a pipeline beside its stages", SHAPE, makeProject, WATCHED)
for (const [name, { make, edit, changed }] of Object.entries(UNKNOWN)) {
  runMatrix(`calls that stay effects: ${name}`, [["edited", edit, changed]], make, WATCHED)
}

const ELSEWHERE: ReadonlyArray<EditCase> = [
  [
    "a stage of another module becomes a function",
    (p) => p.write("lib/dedup.ts", "export const exact = (given?: object) => () => given\n"),
    CALM
  ],
  [
    "a stage of another module is wrapped",
    (p) => p.edit("lib/dedup.ts", "exact = Stage.filter(", "exact = Object(Stage.filter)("),
    CALM
  ],
  [
    "a stage of another module held by let",
    (p) => p.edit("lib/dedup.ts", "export const exact", "export let exact"),
    CALM
  ],
  [
    "a namespace becomes a value",
    (p) =>
      p.write(
        "lib/stages.ts",
        'export const dedup = { exact: () => () => 1 }\nexport * as ingest from "./ingest.ts"\n'
      ),
    CALM
  ]
]
runMatrix("edits of what a pipeline calls", ELSEWHERE, makeProject, [FILE])

it("comes to the same with summaries from an earlier process", () => {
  const project = makeProject()
  const cacheFile = project.path("modules.json")
  const hash = (cached: boolean): string => {
    const fingerprinter = project.fingerprinter(cached ? { cacheFile } : {})
    const { data } = project.stage(FILE, "calm", fingerprinter)
    fingerprinter.save()
    return data.hash
  }
  const first = hash(true)
  expect(hash(true)).toBe(first)
  const stages = project.read("lib/dedup.ts")
  project.write("lib/dedup.ts", "export const exact = (given?: object) => () => given\n")
  const second = hash(true)
  expect(second).not.toBe(first)
  expect(hash(false)).toBe(second)
  project.write("lib/dedup.ts", stages)
  expect(hash(true)).toBe(first)
  project.remove()
})

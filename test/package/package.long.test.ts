// What a user gets: the packed file, installed into an empty folder, with a project made by init and edited.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Joined } from "../../bin/joined-effect.ts"
import { steady } from "../cli/project.ts"
import {
  digests,
  edit,
  type Finished,
  finished,
  makeFolder,
  npm,
  npx,
  computing,
  removeFolder,
  repository,
  runIn
} from "./installed-project.ts"

interface Packed {
  readonly filename: string
  readonly version: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: ReadonlyArray<{ readonly path: string }>
}

/** Writes the addresses of all modules that a process and its threads load into a file. */
const noteLoaded = `import { appendFileSync, writeFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { isMainThread } from "node:worker_threads"
if (isMainThread) writeFileSync("loaded.txt", "")
registerHooks({
  load(url, context, next) {
    appendFileSync("loaded.txt", url + "\\n")
    return next(url, context)
  }
})
`

let root = ""
let user = ""
let packed: Packed
let first: Finished
const run = (pipeline: string, ...more: ReadonlyArray<string>) =>
  finished(npx(user, "sluice", "run", pipeline, "--json", ...more))

beforeAll(() => {
  root = makeFolder()
  user = join(root, "user")
  const { out } = npm(repository, "pack", "--json", "--pack-destination", root)
  packed = Object.values(JSON.parse(out.slice(out.search(/^[[{]/m))) as Record<string, Packed>)[0]!
  npm(user, "install", join(root, packed.filename))
}, 600_000)
afterAll(() => removeFolder(root))

describe("the packed file", () => {
  it("holds the command, the compiled modules and what they read, and is small", () => {
    const paths = packed.files.map(({ path }) => path)
    const outside = paths.filter((path) => !/^dist\/((src|stages|template|effect)\/|[\w-]+\.js$)/.test(path))
    expect(outside.sort()).toEqual([
      "LICENSE",
      "NOTICE",
      "README.md",
      "bin/sluice.js",
      "dist/package.json",
      "package.json"
    ])
    expect(paths.filter((path) => /^dist\/(src|stages)\/.*\.js$/.test(path))).toEqual([])
    const kinds = new Set(packed.files.map(({ path }) => /(\.d)?\.\w+$/.exec(path)?.[0]))
    expect([...kinds].sort()).toEqual(
      [".bin", ".d.ts", ".js", ".json", ".jsonl", ".md", ".ts", ".txt", ".wasm", undefined].sort()
    )
    expect(packed.files.length).toBeLessThan(1200)
    expect(packed.size).toBeLessThan(2_000_000)
    expect(packed.unpackedSize).toBeLessThan(6_000_000)
  })
})

describe("a project of a user's own", () => {
  it("is made beside the installed package, and says what to type", () => {
    const { out, code } = npx(user, "sluice", "init")
    expect([code, steady(out, root)]).toMatchInlineSnapshot(`
      [
        0,
        "a project in <project>/user
        .gitignore
        .npmrc
        README.md
        data/notes.jsonl
        package.json
        pipelines/hello.ts
        stages/calm.ts
        tsconfig.json
      next
        npm install
        npx sluice run hello
      ",
      ]
    `)
    npm(user, "install")
  })

  it("runs", () => {
    first = run("hello")
    expect(computing(first)).toEqual(["ingest.jsonl 6", "dedup.exact 6", "notes.calm 5", "synth.chunk 4"])
  })

  it("gives what the sources give", () => {
    const clone = join(root, "clone")
    mkdirSync(clone)
    const imports = { "#sluice": "./src/index.ts", "#stages": "./stages/index.ts" }
    writeFileSync(join(clone, "package.json"), JSON.stringify({ type: "module", imports }))
    for (const folder of ["src", "stages", "node_modules"]) symlinkSync(join(repository, folder), join(clone, folder))
    for (const folder of ["data", "pipelines"]) cpSync(join(user, folder), join(clone, folder), { recursive: true })
    cpSync(join(user, "stages"), join(clone, "own"), { recursive: true })
    edit(join(clone, "pipelines/hello.ts"), '"sluice"', '"#sluice"')
    edit(join(clone, "pipelines/hello.ts"), '"sluice/stages"', '"#stages"')
    edit(join(clone, "pipelines/hello.ts"), "../stages/calm.ts", "../own/calm.ts")
    edit(join(clone, "own/calm.ts"), '"sluice"', '"#sluice"')
    const sources = finished(runIn(clone, join(repository, "bin/sluice.js"), "run", "hello", "--json"))
    expect(digests(sources)).toEqual(digests(first))
  })

  it("has nothing to do the second time", () => {
    const { out } = npx(user, "sluice", "run", "hello")
    expect(steady(out, user)).toMatchInlineSnapshot(`
      "nothing to do: all 4 nodes unchanged (<s>)
      outputs
        kept    dataset  <short>  4 rows
        chunks  dataset  <short>  4 rows

      report: .sluice/reports/hello.html
      "
    `)
  })

  it("is checked by the compiler", () => {
    expect(npx(user, "tsc", "--noEmit")).toMatchObject({ code: 0, out: "" })
    edit(join(user, "pipelines/hello.ts"), "atMost: 0.3", "atMots: 0.3")
    expect(npx(user, "tsc", "--noEmit").out).toMatch(/^pipelines\/hello\.ts\(10,\d+\): error TS\d+: .*'atMots'/)
    edit(join(user, "pipelines/hello.ts"), "atMots: 0.3", "atMost: 0.3")
  })

  it("runs a stage of its own again when a function behind it is edited, and no stage of the package", () => {
    edit(join(user, "stages/calm.ts"), "/\\p{Lu}/gu", "/[A-ZÄÖÜ]/g")
    const { out } = npx(user, "sluice", "plan", "hello")
    expect(out).toContain("changed function capitalShare in stages/calm.ts")
    const edited = run("hello")
    expect(computing(edited)).toEqual(["notes.calm 5"])
    expect(digests(edited)).toEqual(digests(first))
  })

  it("trains", () => {
    writeFileSync(
      join(user, "pipelines/model.ts"),
      `// A very small model of the notes.
import * as Schema from "effect/Schema"
import { pipeline } from "sluice"
import { ingest, train } from "sluice/stages"

const Note = Schema.Struct({ id: Schema.String, text: Schema.String })
const notes = ingest.jsonl({ path: "data/notes.jsonl", row: Note, key: "id" })

export default pipeline("model", { base: train.base({ data: notes, seed: 7, steps: 3, vocabulary: 300 }) })
`
    )
    expect(npx(user, "tsc", "--noEmit")).toMatchObject({ code: 0, out: "" })
    expect(computing(run("model")).map((text) => text.split(" ")[0])).toEqual(["ingest.jsonl", "train.base"])
    expect(computing(run("model"))).toEqual([])
  })
})

describe("effect, whose modules the package joins", () => {
  /** Modules of effect that a run loaded, by where from: those joined, and those installed. */
  const loadedBy = (pipeline: string) => {
    writeFileSync(join(user, "note.mjs"), noteLoaded)
    const command = "node_modules/sluice/bin/sluice.js"
    const ran = finished(runIn(user, "--import", "./note.mjs", command, "run", pipeline, "--json"))
    const urls = readFileSync(join(user, "loaded.txt"), "utf8").trim().split("\n")
    const below = (folder: string) => urls.flatMap((url) => url.split(folder)[1] ?? [])
    return { ran, joined: below("/sluice/dist/effect/"), installed: below("/node_modules/effect/dist/") }
  }

  const files = () =>
    (JSON.parse(readFileSync(join(user, "node_modules/sluice/dist/effect/joined.json"), "utf8")) as Joined).files

  it("is there once, for a pipeline that imports other modules of it too", () => {
    const hello = readFileSync(join(user, "pipelines/hello.ts"), "utf8")
    writeFileSync(join(user, "pipelines/trie.ts"), `${hello}\nimport * as Trie from "effect/Trie"\nTrie.empty()\n`)
    const { ran, joined, installed } = loadedBy("trie")
    expect(digests(ran)).toEqual(digests(first))
    expect(joined).toContain("Schema.js")
    expect(installed).toContain("Trie.js")
    expect(installed.filter((file) => files().includes(file))).toEqual([])
  })

  it("is taken as it is installed where that was patched", () => {
    const option = join(user, "node_modules/effect/dist/Option.js")
    const text = readFileSync(option, "utf8")
    writeFileSync(option, text.replace("export", "export "))
    const { ran, joined, installed } = loadedBy("hello")
    expect(digests(ran)).toEqual(digests(first))
    expect(joined).toEqual([])
    expect(installed).toContain("Option.js")
    writeFileSync(option, text)
    expect(loadedBy("hello").installed).toEqual([])
  })
})

describe("another version of the package", () => {
  it("runs the package's stages again, and those of the user's own only where rows changed", () => {
    const next = join(root, "next")
    cpSync(join(user, "node_modules/sluice"), next, { recursive: true })
    for (const place of ["package.json", "dist/package.json"])
      edit(join(next, place), `"version": "${packed.version}"`, '"version": "99.0.0"')
    npm(next, "pack", "--ignore-scripts", "--pack-destination", root)
    npm(user, "install", join(root, "sluice-99.0.0.tgz"))
    const { out } = npx(user, "sluice", "plan", "hello")
    expect(steady(out, user).replaceAll(packed.version, "<version>")).toMatchInlineSnapshot(`
      "plan of hello: 3 to run, 1 may run
        node  verdict  partitions  rows  expected  because
        ingest.jsonl  run  1 of 1  6 new  <forecast>  package sluice <version> → 99.0.0; 1 of 1 partitions new, 6 rows
        dedup.exact  run  1 of 1  ≤ 6 new  <forecast>  package sluice <version> → 99.0.0; waits for ingest.jsonl
        notes.calm  may run  <forecast>  waits for dedup.exact
        synth.chunk  run  <forecast>  package sluice <version> → 99.0.0; waits for notes.calm
      expected <forecast>
      "
    `)
    const bumped = run("hello")
    expect(computing(bumped)).toEqual(["ingest.jsonl 6", "dedup.exact 6", "synth.chunk 4"])
    expect(digests(bumped)).toEqual(digests(first))
  })

  it("counts also where its files were patched in place", () => {
    const stages = join(user, "node_modules/sluice/dist/stages.js")
    writeFileSync(stages, `${readFileSync(stages, "utf8")}\n// patched\n`)
    expect(computing(run("hello"))).toEqual(["ingest.jsonl 6", "dedup.exact 6", "synth.chunk 4"])
  })
})

describe("the package linked from its sources", () => {
  const linkTo = (name: string) => {
    const place = join(user, "node_modules", name)
    if (existsSync(place)) renameSync(place, join(root, `installed-${name}`))
    symlinkSync(join(repository, "node_modules", name), place)
  }

  it("asks for one copy of effect, then gives the same; its stages count by what is compiled", () => {
    renameSync(join(user, "node_modules/sluice"), join(root, "installed-sluice"))
    symlinkSync(repository, join(user, "node_modules/sluice"))
    const command = join(user, "node_modules/sluice/bin/sluice.js")
    const { code, err } = runIn(user, command, "run", "hello")
    expect([code, err.replaceAll(repository, "<repository>")]).toMatchInlineSnapshot(`
      [
        1,
        "✗ sluice is linked here, and has another copy of effect   SLUICE_TWO_EFFECTS
        → npm i <repository>/node_modules/effect
      ",
      ]
    `)
    linkTo("effect")
    const linked = finished(runIn(user, command, "run", "hello", "--json"))
    expect(digests(linked)).toEqual(digests(first))
    expect(computing(linked)).toEqual(["ingest.jsonl 6", "dedup.exact 6", "synth.chunk 4"])
    expect(readdirSync(join(repository, "dist"))).toContain("package.json")
  })
})

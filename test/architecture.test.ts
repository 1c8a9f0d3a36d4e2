// The rooms of the project: who may import whom, no cycles, short files that say what they are, every stage listed and tested.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { parseSync } from "oxc-parser"
import { describe, expect, it } from "vitest"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const rooms = ["src", "stages", "pipelines", "test", "bin", "bench"]
const fixture = /^test\/types\/fixtures\/|(^|\/)\.tmp-|^bench\/results\//

const files: ReadonlyArray<string> = rooms
  .filter((room) => existsSync(join(root, room)))
  .flatMap((room) => readdirSync(join(root, room), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|js|mjs)$/.test(entry.name) && !entry.parentPath.includes("node_modules"))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((file) => !fixture.test(file))
  .sort()

const textOf = (file: string) => readFileSync(join(root, file), "utf8")

interface Import {
  readonly from: string
  /** As written. */
  readonly name: string
  /** The project's file it means, if any. */
  readonly file: string | undefined
  /** Only types: gone when the program runs. */
  readonly types: boolean
  /** Inside a function, when it is called. */
  readonly late: boolean
}

const manifest = JSON.parse(textOf("package.json")) as { readonly imports: { readonly [name: string]: string } }

const targetOf = (from: string, name: string): string | undefined => {
  if (name.startsWith(".")) return relative(root, join(root, dirname(from), name))
  const entry = manifest.imports[name]
  if (entry !== undefined) return entry.slice(2)
  return name.startsWith("#src/") ? `src/${name.slice(5)}` : undefined
}

const importsOf = (from: string): ReadonlyArray<Import> => {
  const { program, module } = parseSync(from, textOf(from))
  const found: Array<Import> = []
  const add = (name: string, types: boolean, late: boolean) =>
    found.push({ from, name, file: targetOf(from, name), types, late })
  for (const node of program.body) {
    if (node.type === "ImportDeclaration") {
      const types =
        node.importKind === "type" ||
        (node.specifiers.length > 0 &&
          node.specifiers.every((one) => one.type === "ImportSpecifier" && one.importKind === "type"))
      add(node.source.value, types, false)
    } else if (node.type === "ExportAllDeclaration") add(node.source.value, node.exportKind === "type", false)
    else if (node.type === "ExportNamedDeclaration" && node.source !== null)
      add(
        node.source.value,
        node.exportKind === "type" || node.specifiers.every((one) => one.exportKind === "type"),
        false
      )
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const name = /^["'](.*)["']$/.exec(textOf(from).slice(moduleRequest.start, moduleRequest.end))
    if (name !== null) add(name[1]!, false, true)
  }
  return found
}

const imports = files.filter((file) => !file.endsWith(".as.ts")).flatMap(importsOf)

/** What a room may import: folders, files, packages; what only as types, what only when a function runs. */
interface Rule {
  readonly room: RegExp
  readonly may: RegExp
  readonly types?: RegExp
}

/** Packages other than effect, as `isAllowed` writes them. */
const npm = /^npm:/
const any = (...patterns: ReadonlyArray<RegExp>) => new RegExp(patterns.map(({ source }) => source).join("|"))

const node = (...names: ReadonlyArray<string>) => new RegExp(names.map((name) => `^node:${name}$`).join("|"))
const errors = /^src\/errors\.ts$/
const effectSchema = /^effect(\/Schema)?$/
const stageTypes = /^src\/stage\//

const rules: ReadonlyArray<Rule> = [
  { room: /^pipelines\//, may: any(/^src\/index\.ts$/, /^stages\/index\.ts$/, effectSchema) },
  {
    room: /^stages\/index\.ts$/,
    may: /^stages\/\w+\/index\.ts$/
  },
  {
    room: /^stages\/(\w+)\//,
    may: any(/^src\/index\.ts$/, /^src\/text\/index\.ts$/, /^src\/model\/index\.ts$/, effectSchema, npm, /^node:/)
  },
  { room: /^src\/index\.ts$/, may: stageTypes },
  { room: /^src\/errors\.ts$/, may: /^$/ },
  { room: stageTypes, may: any(/^src\/stage\//, errors, effectSchema, node("crypto", "url", "util")) },
  { room: /^src\/text\//, may: any(/^src\/text\//, errors, /^node:/, npm, effectSchema) },
  {
    room: /^src\/graph\/fingerprint\//,
    may: any(/^src\/graph\/fingerprint\//, errors, node("crypto", "fs", "path", "url", "module"), /^npm:oxc-parser$/)
  },
  {
    room: /^src\/graph\//,
    may: any(/^src\/(graph|stage)\//, errors, /^src\/table\/(digest|field)\.ts$/, /^effect\/(Schema|Result)$/)
  },
  {
    room: /^src\/table\//,
    may: any(/^src\/table\//, errors, /^effect\/(Schema|SchemaAST)$/, node("crypto", "module", "zlib"), npm),
    types: /^src\/stage\/batch\.ts$/
  },
  { room: /^src\/store\//, may: any(/^src\/(store|table)\//, errors, /^node:/) },
  {
    room: /^src\/model\//,
    may: any(/^src\/(model|text)\//, errors, /^node:/, npm, /^effect\/(Schema|Result|Option)$/)
  },
  { room: /^src\/run\//, may: any(/^src\/(run|graph|store|table|model|stage)\//, errors, /^node:/, /^effect\//, npm) },
  {
    room: /^src\/(lineage|dash)\//,
    may: any(
      /^src\/(lineage|dash|store|graph|table)\//,
      /^src\/run\/(journal|node-record|row-action|row-error|group-failures|taken|verdict-codes)\.ts$/,
      errors,
      /^node:/,
      /^effect(\/|$)/,
      npm
    ),
    types: /^src\/(run\/(task|planner|survey)\.ts|stage\/)/
  },
  { room: /^src\/cli\//, may: any(/^src\//, /^package\.json$/, /^node:/, /^effect\//, npm) },
  { room: /^bin\//, may: any(/^bin\//, /^src\/cli\//, /^node:/, /^npm:rolldown$/) },
  { room: /^bench\//, may: any(/^(src|bench|stages|test)\//, /^node:/, /^effect/, npm) },
  { room: /^test\//, may: any(/^(src|test|stages|pipelines|bench)\//, /^node:/, /^effect/, npm), types: /^bin\// }
]

const ownFamily = (file: string) => /^stages\/\w+\//.exec(file)?.[0]

const isAllowed = ({ from, name, file, types }: Import): boolean => {
  const rule = rules.find(({ room }) => room.test(from))
  if (rule === undefined) return false
  const target = file ?? (/^(node:|effect(\/|$))/.test(name) ? name : `npm:${name}`)
  if (ownFamily(from) !== undefined && target.startsWith(ownFamily(from)!)) return true
  return rule.may.test(target) || (types && rule.types?.test(target) === true)
}

const lineOf = ({ from, name, types }: Import) => `${from} imports ${types ? "types of " : ""}${name}`

describe("imports", () => {
  it("stay within what each room may import", () => {
    expect(imports.filter((one) => !isAllowed(one)).map(lineOf)).toEqual([])
  })

  it("of the command line are in nobody's files but its own", () => {
    const outside = imports.filter(
      ({ from, file }) => file?.startsWith("src/cli/") && !/^(src\/cli|bin|test|bench)\//.test(from)
    )
    expect(outside.map(lineOf)).toEqual([])
  })

  it("lead to files that exist", () => {
    const missing = imports.filter(({ file }) => file !== undefined && !existsSync(join(root, file)))
    expect(missing.map(lineOf)).toEqual([])
  })

  it("are no circle", () => {
    const targets = Map.groupBy(
      imports.filter(({ types, late, file }) => !types && !late && file !== undefined),
      ({ from }) => from
    )
    const state = new Map<string, "open" | "done">()
    const circles: Array<string> = []
    const walk = (file: string, path: ReadonlyArray<string>) => {
      if (state.get(file) === "open") circles.push([...path.slice(path.indexOf(file)), file].join(" → "))
      if (state.has(file)) return
      state.set(file, "open")
      for (const target of targets.get(file) ?? []) walk(target.file!, [...path, file])
      state.set(file, "done")
    }
    for (const file of files) walk(file, [])
    expect(circles).toEqual([])
  })
})

describe("files", () => {
  it("were all seen", () => {
    const count = (room: string) => files.filter((file) => file.startsWith(room)).length
    expect(count("src/")).toBeGreaterThanOrEqual(150)
    expect(count("stages/")).toBeGreaterThanOrEqual(55)
    expect(count("test/")).toBeGreaterThanOrEqual(80)
    expect(count("pipelines/")).toBeGreaterThanOrEqual(1)
    expect(imports.length).toBeGreaterThanOrEqual(900)
  })

  it("have 300 lines at most", () => {
    const long = files.map((file) => [file, textOf(file).trimEnd().split("\n").length] as const)
    expect(long.filter(([, lines]) => lines > 300)).toEqual([])
  })

  it("have names that say one thing", () => {
    const vague = /(^|\/)(utils?|helpers?|common|types|misc|shared)(\.|\/(?!fixtures|types\.test|compile))/
    const named = files.filter((file) => !/^test\/types\//.test(file))
    expect(named.filter((file) => vague.test(file))).toEqual([])
    expect(files.filter((file) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(file.replace(/^.*\//, "")))).toEqual([])
  })

  it("begin with a line that says what they are", () => {
    const silent = files.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(textOf(file)))
    expect(silent).toEqual([])
  })
})

describe("stages", () => {
  const defining = files.filter((file) => /^stages\/\w+\/[\w-]+\.ts$/.test(file) && /\bStage\.\w+\(/.test(textOf(file)))
  const tests = files.filter((file) => /^test\/.*\.test\.ts$/.test(file))

  it("are exported by their family's index", () => {
    const hidden = defining.filter((file) => {
      const index = textOf(join(dirname(file), "index.ts"))
      return !index.includes(`"./${file.replace(/^.*\//, "")}"`)
    })
    expect(defining.length).toBeGreaterThanOrEqual(18)
    expect(hidden).toEqual([])
  })

  it("have a test that imports them", () => {
    const reached = new Set(imports.filter(({ from }) => from.startsWith("test/")).map(({ file }) => file))
    const used = tests.map(textOf).join("\n")
    const untested = defining.filter((file) => {
      const family = file.split("/")[1]!
      const exported = [...textOf(file).matchAll(/export const (\w+) = Stage\./g)].map(([, name]) => name!)
      return !reached.has(file) && !exported.some((name) => used.includes(`${family}.${name}(`))
    })
    expect(untested).toEqual([])
  })
})

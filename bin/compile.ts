// Compiles what is packed: Node runs no TypeScript below node_modules, so the package holds JavaScript and declarations under dist/.
import { execFileSync } from "node:child_process"
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, extname, isAbsolute, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { type ChunkingContext, type Plugin, rolldown } from "rolldown"
import { joinEffect } from "./join-effect.ts"
import { reachedFrom } from "./reach.ts"

type Manifest = { readonly imports: { readonly [name: string]: string } } & { readonly [field: string]: unknown }

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, "dist")
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest
const { name, version, type, sideEffects, imports, peerDependencies, devDependencies } = manifest

/** What is imported or started by its address: the name of its file in dist/, and its module. */
const entries: { readonly [name: string]: string } = {
  index: "src/index.ts",
  stages: "stages/index.ts",
  text: "src/text/index.ts",
  model: "src/model/index.ts",
  start: "src/cli/start.ts",
  worker: "src/run/worker.ts",
  "digest-thread": "src/run/digest-thread.ts",
  "program-process": "src/run/program-process.ts",
  "orphan-thread": "src/run/orphan-thread.ts",
  "heartbeat-thread": "src/store/heartbeat-thread.ts",
  "device-process": "src/model/train/device-process.ts",
  "joined-effect": "bin/joined-effect.ts"
}

/** Entries that load pipelines: their files see to it that effect is joined, and import the module then. */
const loading = ["start", "worker", "program-process"]

/** A file addressed beside a module: in dist/ that module lies elsewhere, so the address is another one. */
const addresses: Plugin = {
  name: "addresses",
  transform: (code, module) =>
    code.replace(/(new URL\(\s*)"(\.[^"]*)"(?=,\s*import\.meta\.url)/g, (_, before: string, address: string) => {
      const target = relative(root, resolve(dirname(module), address))
      const entry = Object.keys(entries).find((key) => entries[key] === target)
      if (extname(target) === ".ts" && entry === undefined)
        throw new Error(`${target} is started by its address and is no entry`)
      return `${before}"./${entry === undefined ? target : `${entry}.js`}"`
    })
}

/** What is waited for at each start of a kind: modules, and those that some of them import late and always. */
const starts: ReadonlyArray<{
  readonly name: string
  readonly modules: ReadonlyArray<string>
  readonly late?: string
}> = [
  { name: "start", modules: ["src/cli/start.ts"] },
  { name: "plan", modules: ["src/cli/main.ts", "src/cli/plan.ts"], late: "src/cli/plan.ts" },
  { name: "run", modules: ["src/cli/run.ts"], late: "src/cli/run.ts" },
  { name: "worker", modules: ["src/run/worker.ts"] },
  { name: "stages", modules: ["src/index.ts", "stages/index.ts"] }
]

/** Modules that do something where they are loaded: nobody may get one because of a module that stands in the same file. */
const acting = new Set(["src/cli/main.ts", ...Object.values(entries)].map((module) => join(root, module)))

/** By start, the modules that it loads. */
let loadedBy: ReadonlyArray<ReadonlySet<string>> | undefined

/** The file of a module: those that the same starts load are one; the bundler decides about what no start loads. */
const fileOf = (id: string, context: ChunkingContext): string | null => {
  loadedBy ??= starts.map(({ modules, late }) => {
    const loadedLate = late === undefined ? [] : context.getModuleInfo(join(root, late))!.dynamicallyImportedIds
    const first = [...modules.map((module) => join(root, module)), ...loadedLate]
    return reachedFrom(first, (module) => context.getModuleInfo(module)?.importedIds ?? [])
  })
  const names = starts.flatMap(({ name }, at) => (loadedBy![at]!.has(id) ? [name] : []))
  return names.length === 0 || acting.has(id) ? null : `joined-${names.join("-")}`
}

rmSync(dist, { recursive: true, force: true })
const compiler = createRequire(import.meta.url).resolve("typescript/package.json")
execFileSync(process.execPath, [join(dirname(compiler), "bin", "tsc"), "-p", join(root, "tsconfig.package.json")], {
  stdio: "inherit"
})
const build = await rolldown({
  cwd: root,
  input: Object.fromEntries(Object.entries(entries).map(([entry, module]) => [entry, join(root, module)])),
  external: (id) => !/^[./#]/.test(id) && !isAbsolute(id),
  platform: "node",
  treeshake: false,
  tsconfig: false,
  transform: { target: "esnext" },
  preserveEntrySignatures: "allow-extension",
  plugins: [addresses]
})
const { output } = await build.write({
  dir: dist,
  entryFileNames: ({ name }) => (loading.includes(name) ? `${name}-module.js` : `${name}.js`),
  chunkFileNames: "[name].js",
  codeSplitting: { groups: [{ name: fileOf, debugName: "starts" }], includeDependenciesRecursively: false }
})
for (const entry of loading)
  writeFileSync(
    join(dist, `${entry}.js`),
    `import { redirectEffect } from "./joined-effect.js"\nredirectEffect()\nawait import("./${entry}-module.js")\n`
  )
const imported = output.flatMap((one) => (one.type === "chunk" ? [...one.imports, ...one.dynamicImports] : []))
await joinEffect(imported, join(dist, "effect"))
cpSync(join(root, "template"), join(dist, "template"), { recursive: true })
for (const file of globSync("{src,stages}/**/*.{wasm,bin,txt}", { cwd: root }))
  cpSync(join(root, file), join(dist, file))

// The compiled modules are a package scope of their own: the "#sluice" of their declarations is there too.
const compiled = Object.entries(imports).filter(([, target]) => target.endsWith(".ts"))
const declarations = compiled.map(([key, target]) => [key, target.replace(/\.ts$/, ".d.ts")])
const scope = { name, version, type, sideEffects, imports: Object.fromEntries(declarations) }
writeFileSync(
  join(dist, "package.json"),
  `${JSON.stringify({ ...scope, peerDependencies, devDependencies }, null, 2)}\n`
)

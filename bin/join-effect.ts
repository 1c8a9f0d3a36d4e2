// Joins effect for the package: one file for its command line, one for the rest, and for each module a file that names its exports.
import { cpSync, writeFileSync } from "node:fs"
import { dirname, extname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { type Plugin, rolldown } from "rolldown"
import { digestOf, type Joined } from "./joined-effect.ts"
import { reachedFrom } from "./reach.ts"

/** Joins the modules of effect among what is imported, and all that these import, into the folder `to`. */
export const joinEffect = async (imported: ReadonlyArray<string>, to: string): Promise<void> => {
  const names = [...new Set(imported)].filter((name) => /^effect(\/|$)/.test(name))
  const modules = names.map((name) => fileURLToPath(import.meta.resolve(name)))
  const from = `${dirname(fileURLToPath(import.meta.resolve("effect/Schema")))}/`
  const elsewhere = names.find((name, at) => modules[at] !== `${from}${name.slice("effect/".length)}.js`)
  if (elsewhere !== undefined) throw new Error(`${elsewhere} does not lie where joined-effect.ts looks for it`)
  const importsOf = await importsIn(modules)
  const core = reachedFrom(
    modules.filter((module) => !module.startsWith(`${from}cli/`)),
    importsOf
  )
  const files = [...reachedFrom(modules, importsOf)].map((module) => relative(from, module)).sort()
  const joining = await rolldown({
    input: Object.fromEntries(files.map((file) => [file.slice(0, -extname(file).length), join(from, file)])),
    platform: "node",
    treeshake: false,
    preserveEntrySignatures: "allow-extension"
  })
  await joining.write({
    dir: to,
    entryFileNames: "[name].js",
    chunkFileNames: "joined/[name].js",
    comments: false,
    codeSplitting: {
      groups: [
        { debugName: "effect", name: (id) => (core.has(id) ? "core" : id.startsWith(from) ? "command-line" : null) }
      ],
      includeDependenciesRecursively: false
    }
  })
  const joined: Joined = { files, digest: digestOf(from, files) }
  writeFileSync(join(to, "joined.json"), JSON.stringify(joined))
  cpSync(join(from, "../LICENSE"), join(to, "LICENSE"))
}

/** What each of some modules, and of all that they load, imports. */
const importsIn = async (modules: ReadonlyArray<string>): Promise<(module: string) => ReadonlyArray<string>> => {
  const imports = new Map<string, ReadonlyArray<string>>()
  const noting: Plugin = { name: "noting", moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds) }
  const build = await rolldown({ input: [...modules], platform: "node", treeshake: false, plugins: [noting] })
  await build.generate()
  return (module) => imports.get(module)!
}

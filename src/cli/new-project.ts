// A new project's files: those of the template, and a package.json made or completed so that npm finds this very sluice.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import manifest from "../../package.json" with { type: "json" }
import { SluiceError } from "../errors.ts"

export interface NewProject {
  readonly folder: string
  /** What was written, relative to the folder. */
  readonly files: ReadonlyArray<string>
  /** The commands to type next. */
  readonly next: ReadonlyArray<string>
}

type Section = { readonly [name: string]: unknown }

const template = fileURLToPath(new URL("../../template", import.meta.url))
/** npm packs no files with these names, so the template has them without the dot. */
const dotted = new Set(["gitignore", "npmrc"])
const groups = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]

/** Writes a project into a folder given relative to `cwd`. Overwrites nothing: an error names the files in the way. */
export const makeProject = (cwd: string, given: string): NewProject => {
  const folder = resolve(cwd, given)
  const contents = new Map(
    readdirSync(template, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [projectPath(relative(template, path)), readFileSync(path, "utf8")])
      .sort(([a], [b]) => (a < b ? -1 : 1))
  )
  const inTheWay = [...contents.keys()].filter((path) => existsSync(join(folder, path)))
  if (inTheWay.length > 0)
    throw new SluiceError("SLUICE_EXISTS", `${inTheWay.join(", ")} in ${folder} would be overwritten`, {
      hint: "give a new folder: sluice init my-project"
    })
  const packagePath = join(folder, "package.json")
  const before = existsSync(packagePath) ? readFileSync(packagePath, "utf8") : undefined
  const after = completed(folder, before)
  if (after !== before) contents.set("package.json", after)
  for (const [path, content] of contents) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const shown = relative(cwd, folder)
  return { folder, files: [...contents.keys()].sort(), next: nextCommands(folder, shown, after !== before) }
}

const projectPath = (path: string): string => {
  const parts = path.split(sep)
  const name = parts.at(-1)!
  return [...parts.slice(0, -1), dotted.has(name) ? `.${name}` : name].join("/")
}

const nextCommands = (folder: string, shown: string, isInstallDue: boolean): ReadonlyArray<string> => {
  const { home, isInstalled } = ownPlace()
  const commands = ["npx sluice run hello"]
  if (isInstallDue || !existsSync(join(folder, "node_modules", manifest.name))) commands.unshift("npm install")
  if (shown !== "") commands.unshift(`cd ${quoted(shown)}`)
  if (!isInstalled) {
    commands.unshift(`npm pack ${quoted(home)} --pack-destination ${quoted(home)}`)
  }
  return commands
}

/** A path as a shell takes it. */
const quoted = (path: string): string => (/^[\w./@:\\-]+$/.test(path) ? path : `'${path}'`)

/** The text of a package.json with what is missing in it; what is there stays. */
const completed = (folder: string, before: string | undefined): string => {
  const old = before === undefined ? undefined : readPackage(join(folder, "package.json"), before)
  const listed = new Set(groups.flatMap((group) => Object.keys(section(old, group))))
  const missing = (wanted: Section) => Object.fromEntries(Object.entries(wanted).filter(([name]) => !listed.has(name)))
  const effect = manifest.peerDependencies.effect
  const { typescript, "@types/node": node } = manifest.devDependencies
  const added: { readonly [group: string]: Section } = {
    dependencies: missing({ effect, [manifest.name]: ownAddress(folder) }),
    devDependencies: missing({ "@types/node": node, typescript }),
    // Its install script only fetches what training on this engine does not use.
    allowScripts: { "onnxruntime-node": false, ...section(old, "allowScripts") }
  }
  const made: Record<string, unknown> = { ...(old ?? { name: packageName(folder), private: true }), type: "module" }
  for (const [group, extra] of Object.entries(added))
    if (Object.keys(extra).length > 0) made[group] = sorted({ ...section(old, group), ...extra })
  const isSame = old !== undefined && JSON.stringify(old) === JSON.stringify(made)
  return isSame ? before! : `${JSON.stringify(made, null, 2)}\n`
}

const readPackage = (path: string, text: string): Section => {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    throw new SluiceError("SLUICE_BAD_INPUT", `${path} is not JSON: ${(cause as Error).message}`, { cause })
  }
  const found = (read ?? {}) as Section
  if (found["type"] !== undefined && found["type"] !== "module")
    throw new SluiceError(
      "SLUICE_BAD_INPUT",
      `${path} has "type": ${JSON.stringify(found["type"])}; pipelines are ES modules`,
      {
        hint: 'npm pkg set type=module, then "sluice init" again'
      }
    )
  return found
}

const section = (from: Section | undefined, name: string): Section => (from?.[name] ?? {}) as Section

const sorted = (from: Section): Section => Object.fromEntries(Object.entries(from).sort(([a], [b]) => (a < b ? -1 : 1)))

const packageName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "") || "pipelines"

/** Where this sluice lies, and whether npm installed it there. */
const ownPlace = (): { readonly home: string; readonly isInstalled: boolean } => {
  const beside = dirname(template)
  const home = import.meta.url.endsWith(".ts") ? beside : dirname(beside)
  return { home, isInstalled: basename(dirname(home)) === "node_modules" }
}

/** What a package.json in the folder calls this sluice: the file it was installed from, its version, or the clone's packed file. */
const ownAddress = (folder: string): string => {
  const { home, isInstalled } = ownPlace()
  const from = (path: string) => `file:${relative(folder, path).split(sep).join("/")}`
  if (!isInstalled) return from(join(home, `${manifest.name}-${manifest.version}.tgz`))
  const installation = dirname(dirname(home))
  const resolved = lockedAddress(installation)
  return resolved?.startsWith("file:") ? from(resolve(installation, resolved.slice(5))) : manifest.version
}

const lockedAddress = (installation: string): string | undefined => {
  const lock = join(installation, "node_modules", ".package-lock.json")
  if (!existsSync(lock)) return undefined
  const { packages } = JSON.parse(readFileSync(lock, "utf8")) as {
    readonly packages?: { readonly [place: string]: { readonly resolved?: string } }
  }
  return packages?.[`node_modules/${manifest.name}`]?.resolved
}

// Part of the package: who imports a module of effect gets it from the files into which bin/compile.ts joined many. Finding,
// reading and linking two hundred files took a tenth of a second of every command, and again of every thread.
import { createHash } from "node:crypto"
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { getCompileCacheDir, registerHooks } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** What was joined, as `effect/joined.json` beside the compiled modules says. */
export interface Joined {
  /** Files of the modules, below the folder that holds effect's. */
  readonly files: ReadonlyArray<string>
  /** sha256 of their bytes, end to end. */
  readonly digest: string
}

export const digestOf = (folder: string, files: ReadonlyArray<string>): string => {
  const hash = createHash("sha256")
  for (const file of files) hash.update(readFileSync(join(folder, file)))
  return hash.digest("hex")
}

/** Whether what is installed is what was joined. Once read it is known by sizes, times and inodes, beside V8's compile cache. */
const isJoined = (folder: string, { files, digest }: Joined): boolean => {
  const looks = createHash("sha256").update(digest)
  for (const file of files) {
    const { size, mtimeMs, ctimeMs, ino } = statSync(join(folder, file))
    looks.update(`${size} ${mtimeMs} ${ctimeMs} ${ino}\n`)
  }
  const cache = getCompileCacheDir()
  const known = cache && join(dirname(cache), `effect-${looks.digest("hex").slice(0, 32)}`)
  if (known !== undefined && existsSync(known)) return true
  const isSame = digestOf(folder, files) === digest
  if (isSame && known !== undefined) writeFileSync(known, "")
  return isSame
}

interface Redirect {
  /** Address of the folder that holds effect's modules. */
  readonly from: string
  readonly files: ReadonlySet<string>
}

const nothing: Redirect = { from: "none", files: new Set() }

/** What is found in effect's folder and taken from the joined files; nothing where that is not what was joined. */
const redirectOf = (to: string): Redirect => {
  try {
    const joined = JSON.parse(readFileSync(new URL("joined.json", to), "utf8")) as Joined
    const from = `${dirname(import.meta.resolve("effect/Schema"))}/`
    return isJoined(fileURLToPath(from), joined) ? { from, files: new Set(joined.files) } : nothing
  } catch {
    return nothing
  }
}

/** From now on modules of effect come from the joined files: all of them, so that there is one copy. */
export const redirectEffect = (): void => {
  const to = new URL("effect/", import.meta.url).href
  const beside = `${dirname(import.meta.url)}/`
  let redirect: Redirect | undefined
  registerHooks({
    resolve(specifier, context, next) {
      const isEffect = specifier.startsWith("effect/")
      if (redirect === undefined && isEffect) {
        // Where effect lies is asked of these hooks, too.
        redirect = nothing
        redirect = redirectOf(to)
      }
      const { from, files } = redirect ?? nothing
      // Compiled modules mean the copy that they find; what others find is looked up.
      const own = isEffect && context.parentURL?.startsWith(beside) ? `${specifier.slice("effect/".length)}.js` : ""
      if (files.has(own)) return { url: `${to}${own}`, format: "module", shortCircuit: true }
      const found = next(specifier, context)
      const name = found.url.startsWith(from) ? found.url.slice(from.length) : ""
      return files.has(name) ? { ...found, url: `${to}${name}`, format: "module" } : found
    }
  })
}

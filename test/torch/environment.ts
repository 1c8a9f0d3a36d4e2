// The Python that holds sluice's files against those who define them: torch, transformers and peft, installed once by pip.
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

const requirements = join(import.meta.dirname, "requirements.txt")

/** Where it can be run from, or why it cannot. */
export type Environment = { readonly python: string } | { readonly missing: string }

/** The last line of what a command said that failed. */
const lastWords = (cause: unknown): string => {
  const { stderr, message } = cause as { readonly stderr?: Buffer; readonly message: string }
  return (stderr?.toString().trim() || message).split("\n").at(-1)!
}

/** Where the environment lies that `torchEnvironment` makes. */
const home = (): { readonly folder: string; readonly place: string } => {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12)
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "sluice")
  return { folder, place: join(folder, `torch-${digest}`) }
}

/** The Python that `SLUICE_TORCH_PYTHON` names, or that of the environment that was made before. */
export const knownEnvironment = (): Environment => {
  const given = process.env["SLUICE_TORCH_PYTHON"]
  if (given !== undefined) return { python: given }
  const { place } = home()
  if (existsSync(join(place, "complete"))) return { python: join(place, "bin/python") }
  return { missing: "no Python with torch: SLUICE_TORCH_PYTHON names none, and npm run test:torch has made none" }
}

/**
 * `SLUICE_TORCH_PYTHON` names a Python that has the packages; without it an environment is made under the user's cache
 * folder (about 90 s and 6 GB) and found there the next time.
 */
export const torchEnvironment = (): Environment => {
  const known = knownEnvironment()
  if ("python" in known) return known
  const { folder, place } = home()
  const python = join(place, "bin/python")
  try {
    rmSync(place, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    execFileSync("python3", ["-m", "venv", place], { stdio: "pipe" })
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements], { stdio: "pipe" })
    mkdirSync(join(place, "complete"))
    return { python }
  } catch (cause) {
    rmSync(place, { recursive: true, force: true })
    return { missing: lastWords(cause) }
  }
}

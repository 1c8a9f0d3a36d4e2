// The command as a user has it: packed and laid out in a project's node_modules, with what this repository installed as its dependencies.
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./figure.ts"

export interface Packed {
  /** The folder of the project. */
  readonly cwd: string
  readonly bin: string
}

/** Packs this repository and makes a project of it in `folder`, with the bench's pipelines, which name it `#sluice` and `#stages`. */
export const packedProject = (folder: string): Packed => {
  const modules = join(folder, "node_modules")
  mkdirSync(modules, { recursive: true })
  for (const name of readdirSync(join(root, "node_modules")))
    if (name !== "sluice" && name !== ".cache") symlinkSync(join(root, "node_modules", name), join(modules, name))
  const npm = join(root, "node_modules/npm/bin/npm-cli.js")
  const pack = [npm, "pack", "--silent", "--pack-destination", folder]
  const name = execFileSync(process.execPath, pack, { cwd: root, encoding: "utf8" }).trim().split("\n").at(-1)!
  execFileSync("tar", ["-xzf", name], { cwd: folder })
  cpSync(join(folder, "package"), join(modules, "sluice"), { recursive: true })
  const imports = { "#sluice": "sluice", "#stages": "sluice/stages" }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench", private: true, type: "module", imports }))
  cpSync(join(root, "bench/pipelines"), join(folder, "pipelines"), { recursive: true })
  return { cwd: folder, bin: join(modules, "sluice/bin/sluice.js") }
}

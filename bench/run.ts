// npm run bench [NAME…]: runs the benches, all of them unless named, one after another; results stay in bench/results.
import { spawnSync } from "node:child_process"
import { join } from "node:path"

const all = ["quickstart", "engine", "corpus", "curation", "dedup", "semantic", "accuracy", "training", "dvc"]
const named = process.argv.slice(2)
for (const name of named.length > 0 ? named : all) {
  if (!all.includes(name)) {
    console.error(`there is no bench "${name}"; there are: ${all.join(", ")}`)
    process.exit(1)
  }
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: "inherit" })
  if (status !== 0) process.exit(1)
}

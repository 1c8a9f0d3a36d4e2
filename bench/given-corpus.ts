// The corpus that benches read: a folder of *.jsonl.zst with id, url, and text or html.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { basename, join } from "node:path"
import { root } from "./figure.ts"

/** The folder, which may not be there. */
export const given = process.env["SLUICE_CORPUS"] ?? join(root, "../shared/data/corpus")

interface CorpusFile {
  /** Without the ending of its compression. */
  readonly name: string
  readonly text: string
}

/** The files, read one after another; ends the bench where there are none. */
export const corpusFiles = (bench: string): Iterable<CorpusFile> => {
  if (existsSync(given)) return files()
  console.log(
    `${bench}: no corpus here (SLUICE_CORPUS=FOLDER of *.jsonl.zst with id, url, and text or html): not measured`
  )
  process.exit(0)
}

function* files(): Generator<CorpusFile> {
  for (const file of readdirSync(given).filter((one) => one.endsWith(".jsonl.zst"))) {
    const { stdout } = spawnSync("zstd", ["-qdc", join(given, file)], { maxBuffer: 1 << 30, encoding: "utf8" })
    yield { name: basename(file, ".zst"), text: stdout }
  }
}

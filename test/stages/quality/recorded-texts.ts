// The documents of a conformance record, found in the corpus again by their hashes.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

const corpus = process.env["SLUICE_CORPUS"] ?? join(import.meta.dirname, "../../../../shared/data/corpus")

export const corpusIsAbsent = !existsSync(corpus)
if (corpusIsAbsent) console.log("conformance: no corpus here (SLUICE_CORPUS=FOLDER of *.jsonl.zst): skipped")

/** Texts by the first 128 bits of their sha256, of those wanted. */
export const recordedTexts = (wanted: ReadonlySet<string>): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const name of readdirSync(corpus).filter((file) => file.endsWith(".jsonl.zst"))) {
    const { stdout } = spawnSync("zstd", ["-qdc", join(corpus, name)], { maxBuffer: 1 << 30, encoding: "utf8" })
    for (const line of stdout.split("\n")) {
      const { text, lang } = (line === "" ? {} : JSON.parse(line)) as { readonly [name: string]: string | undefined }
      if (text === undefined || lang !== "en") continue
      const sha256 = createHash("sha256").update(text).digest("hex").slice(0, 32)
      if (wanted.has(sha256)) found.set(sha256, text)
    }
  }
  return found
}

// Files of test data that benches and long tests read: members of a .tar.zst beside the corpus.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

const given = process.env["SLUICE_DATA"] ?? join(import.meta.dirname, "../../shared/data")

export const isGiven = (archive: string): boolean => existsSync(join(given, archive))

/** The text of a member; throws where the archive has none of that name. */
export const memberText = (archive: string, member: string): string => {
  const { stdout, status, stderr } = spawnSync("tar", ["--zstd", "-xOf", join(given, archive), member], {
    encoding: "utf8",
    maxBuffer: 1 << 30
  })
  if (status !== 0) throw new Error(`${archive} has no ${member}: ${stderr}`)
  return stdout
}

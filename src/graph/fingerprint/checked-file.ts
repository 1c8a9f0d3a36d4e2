// Files of JSON that are kept between processes, under a checksum: one that was cut short or changed is told from one that is whole.
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"

const checksum = (text: string): string => createHash("sha256").update(text).digest("hex")

/** What a file holds; undefined where there is none. */
export function readChecked(file: string): unknown | "damaged" | undefined {
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "damaged"
  }
  const end = text.indexOf("\n")
  const body = text.slice(end + 1)
  return checksum(body) === text.slice(0, end) ? (JSON.parse(body) as unknown) : "damaged"
}

/** Writes a file, whole or not at all. */
export function writeChecked(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  const text = JSON.stringify(value)
  try {
    writeFileSync(temporary, `${checksum(text)}\n${text}`)
    renameSync(temporary, file)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw cause
  }
}

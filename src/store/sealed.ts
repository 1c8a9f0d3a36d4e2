// Small JSON files under a checksum of their own: a changed or cut one is seen by whoever reads it.
import { readFileSync } from "node:fs"
import { sha256 } from "../table/digest.ts"
import { diskError } from "./durable-file.ts"

/** A value as the text of a sealed file: its checksum, then its JSON, a line each. */
export const sealed = (body: unknown): string => {
  const text = JSON.stringify(body)
  return `${sha256(text)}\n${text}\n`
}

export type Sealed<A> =
  | { readonly body: A }
  /** With the cause where the disk does not give the file, now or ever. */
  | { readonly wrong: string; readonly cause?: unknown }

/** What a sealed file holds, or what is wrong with it; undefined where there is no such file. */
export const readSealed = <A>(path: string): Sealed<A> | undefined => {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === "ENOENT") return undefined
    if (code === "EIO") return { wrong: "it cannot be read (EIO)", cause }
    throw diskError(path, cause)
  }
  const end = text.indexOf("\n")
  const body = text.slice(end + 1, -1)
  return sha256(body) === text.slice(0, end) ? { body: JSON.parse(body) as A } : { wrong: "its checksum is wrong" }
}

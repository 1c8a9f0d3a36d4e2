// The verdicts on the rows of a partition as codes: in the pack of what decided, or in the action where it has no pack of its own.
import type { Store } from "../store/store.ts"
import { bytesOf, readPack, uint16Of } from "../table/pack.ts"
import { failedCode, type RowAction } from "./row-action.ts"

/** What stands for `failedCode` where a code has one byte. */
const failedByte = 0xff

/** Codes as text: base64 of a byte each, of two where one is too large for that. */
export const codesText = (codes: Uint16Array): string => {
  const bytes = Buffer.alloc(codes.length)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!
    if (code >= failedByte && code !== failedCode) return Buffer.from(bytesOf(codes)).toString("base64")
    bytes[row] = Math.min(code, failedByte)
  }
  return bytes.toString("base64")
}

/** Codes of the rows that a filter or an expand decided on. */
export const codesOf = (store: Store, { codes, counts, pack }: RowAction): Uint16Array => {
  if (codes === undefined) return uint16Of(readPack(store.get(pack))["codes"]!)
  const bytes = Uint8Array.from(Buffer.from(codes, "base64"))
  if (bytes.length !== counts.in) return uint16Of(bytes)
  const out = new Uint16Array(bytes.length)
  for (let row = 0; row < bytes.length; row++) out[row] = bytes[row] === failedByte ? failedCode : bytes[row]!
  return out
}

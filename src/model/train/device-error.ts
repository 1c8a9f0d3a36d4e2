// The one error of a device that cannot be used: why not, what was looked for, and how to go on without it.
import { SluiceError } from "../../errors.ts"
import type { Device } from "./device.ts"

/** What ONNX Runtime and drivers said, in the words that matter: without colours, clocks, source places and calls. */
export const spoken = (text: string): ReadonlyArray<string> => {
  const lines = text
    .replaceAll(/\u001b?\[[0-9;]*m/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at |^ - While/.test(line))
    .map((line) =>
      line
        .replace(/^.*\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /, "")
        .replace(/^.* was false\. /, "")
        .replace(/^Non-zero status code .* Status Message: (\S+\.cc:\d+ \S+ )?/, "")
        .replace(/^\S+ \S+ \[[A-Z]:[^\]]*\] /, "")
        .trim()
    )
  return [...new Set(lines)].slice(0, 5)
}

/** The error of a device that ONNX Runtime could not open; `SLUICE_NO_DEVICE`. */
export const deviceError = (device: Device, cause: unknown): SluiceError => {
  const said = spoken(cause instanceof Error ? cause.message : String(cause))
  return new SluiceError("SLUICE_NO_DEVICE", `device ${device} cannot be used here: ${said[0] ?? "no reason given"}`, {
    evidence: said.slice(1),
    hint: "run with --device cpu; sluice doctor lists the devices of this machine",
    cause
  })
}

/** What an error says, or the one behind it where it only passes that on. */
export const innermost = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message : String(inner)
}

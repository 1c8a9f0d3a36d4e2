// Whether a device multiplies in 16 bits: tried with one product, and the error of a training that wants it in vain.
import { SluiceError } from "../../errors.ts"
import type { Device } from "./device.ts"
import { innermost, spoken } from "./device-error.ts"
import type { Precision } from "./precision.ts"
import { product } from "./product.ts"
import { floatValue, Session } from "./session.ts"
import { TensorGraph } from "./tensor-graph.ts"

/** Multiplies two f16 numbers on a device that is there; gives what was said against it, or undefined where it is right. */
export const tryHalf = async (device: Device): Promise<string | undefined> => {
  try {
    const graph = new TensorGraph("float32", device, "f16")
    const input = graph.input("input", [1, 1])
    graph.output(product(graph, "MatMul", [input, input], [1, 1]), "square")
    const session = await Session.compile(graph)
    const { square } = await session.run({ input: floatValue(Float32Array.of(1.5), [1, 1]) })
    await session.dispose()
    const found = square!.data[0]
    return found === 2.25 ? undefined : `it multiplies wrongly: 1.5 · 1.5 = ${found}`
  } catch (cause) {
    return innermost(cause)
  }
}

/** What a device must have for it. */
const wanted: { readonly [Name in Device]?: string } = { webgpu: "the feature shader-f16 of the GPU's adapter" }

/** Throws `SLUICE_NO_DEVICE` where `device` cannot multiply in `precision`. */
export const checkPrecision = async (precision: Precision, device: Device): Promise<void> => {
  if (precision === "f32" || device === "cpu") return
  const said = await tryHalf(device)
  if (said === undefined) return
  const missing = wanted[device] === undefined ? "" : `; it lacks ${wanted[device]}`
  throw new SluiceError("SLUICE_NO_DEVICE", `device ${device} does not multiply in 16 bits${missing}`, {
    evidence: spoken(said),
    hint: "run with --set NODE.precision=f32, or with --device cpu; sluice doctor says which devices have f16"
  })
}

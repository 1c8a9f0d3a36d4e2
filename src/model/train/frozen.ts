// Weights that no run changes, brought once to where they are read instead of being fed from memory at every run.
import type { Weights } from "../weights.ts"
import { inputName } from "./binding.ts"
import { type Device, keepsValues } from "./device.ts"
import type { ConstantInputs } from "./onnx.ts"
import { isHeldInHalf, type Precision } from "./precision.ts"
import { floatValue, halfValue, type Values } from "./session.ts"
import { toDevice } from "./transfer.ts"

/** Weights that are written into a graph's file at most, in bytes: the format stops at 2 GiB. */
const maxConstantBytes = 1.75 * 2 ** 30

/** Frozen inputs for the sessions of one device. */
export interface Frozen {
  /** Fed at every run: from memory on the CPU, from the device's own memory where that can be held. */
  readonly feeds: Values
  /** Written into the graph, where the device can hold constants only. */
  readonly constants: ConstantInputs
  /** Frees what lies on the device. */
  readonly dispose: () => Promise<void>
}

/** Brings `weights` to `device`, for every session that has them as inputs, in 16 bits those that `precision` holds so. */
export const freeze = async (weights: Weights, device: Device, precision: Precision = "f32"): Promise<Frozen> => {
  const held = Array.from(weights, ([name, { data, shape }]) => {
    const half = isHeldInHalf(precision, device, shape)
    return { name: inputName(name), shape, data: half ? new Float16Array(data) : data }
  })
  const values = (): Values =>
    Object.fromEntries(
      held.map(({ name, shape, data }) => [
        name,
        data instanceof Float32Array ? floatValue(data, shape) : halfValue(data, shape)
      ])
    )
  const none: ConstantInputs = new Map()
  if (keepsValues(device) && weights.size > 0) {
    const { values: feeds, dispose } = await toDevice(values(), device)
    return { feeds, constants: none, dispose }
  }
  const bytes = held.reduce((total, { data }) => total + data.byteLength, 0)
  const dispose = async () => {}
  if (device === "cpu" || bytes > maxConstantBytes) return { feeds: values(), constants: none, dispose }
  return { feeds: {}, constants: new Map(held.map(({ name, data }) => [name, data])), dispose }
}

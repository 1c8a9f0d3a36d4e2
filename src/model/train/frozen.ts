// Weights that no run changes, brought once to where they are read instead of being fed from memory at every run.
import type { Weights } from "../weights.ts"
import { inputName } from "./binding.ts"
import { type Device, keepsValues } from "./device.ts"
import type { ConstantInputs } from "./onnx.ts"
import { floatValue, type Values } from "./session.ts"
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

/** Brings `weights` to `device`, for every session that has them as inputs. */
export const freeze = async (weights: Weights, device: Device): Promise<Frozen> => {
  const values = Object.fromEntries(
    [...weights].map(([name, { data, shape }]) => [inputName(name), floatValue(data, shape)])
  )
  const none: ConstantInputs = new Map()
  if (keepsValues(device) && weights.size > 0) {
    const { values: feeds, dispose } = await toDevice(values, device)
    return { feeds, constants: none, dispose }
  }
  let bytes = 0
  for (const { data } of weights.values()) bytes += data.byteLength
  const written = device !== "cpu" && bytes <= maxConstantBytes
  const constants = new Map([...weights].map(([name, { data }]) => [inputName(name), data]))
  const dispose = async () => {}
  return written ? { feeds: {}, constants, dispose } : { feeds: values, constants: none, dispose }
}

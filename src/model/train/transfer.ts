// Moves values between memory and a device that keeps them: by a graph that copies its inputs.
import type { Device } from "./device.ts"
import { Session, type Value, type Values } from "./session.ts"
import { TensorGraph } from "./tensor-graph.ts"

const compileCopy = (values: Values, device: Device, resident: ReadonlySet<string>): Promise<Session> => {
  const graph = new TensorGraph("float32", device)
  for (const [name, { dims, type }] of Object.entries(values)) {
    graph.output(graph.input(name, dims, type === "float16" ? type : "float32"), name)
  }
  return Session.compile(graph, { resident })
}

/** Values on a device. */
export interface Placed {
  readonly values: Values
  /** Frees them. */
  readonly dispose: () => Promise<void>
}

/** f32 and f16 values brought to `device`. The session that made them lives as long as they do: their memory is its own. */
export const toDevice = async (values: Values, device: Device): Promise<Placed> => {
  const session = await compileCopy(values, device, new Set(Object.keys(values)))
  const placed = await session.run(values)
  return {
    values: placed,
    dispose: async () => {
      release(placed)
      await session.dispose()
    }
  }
}

/** f32 values of `device` brought to memory. */
export const toMemory = async (values: Values, device: Device): Promise<Values> => {
  const session = await compileCopy(values, device, new Set())
  try {
    return await session.run(values)
  } finally {
    await session.dispose()
  }
}

/** Whether a value lies on a device. */
export const isOnDevice = (value: Value): boolean => value.location === "gpu-buffer"

/** Frees the values that lie on a device; the session that made them must still live. */
export const release = (values: Values): void => {
  for (const value of Object.values(values)) if (isOnDevice(value)) value.dispose()
}

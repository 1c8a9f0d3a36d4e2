// The process of a device's trial: adds two numbers on it, multiplies two of 16 bits, and says, as its last line of JSON, how that went.
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import type { Device } from "./device.ts"
import { innermost } from "./device-error.ts"
import type { Trial } from "./device-probe.ts"
import { tryHalf } from "./half-check.ts"
import { floatValue, Session } from "./session.ts"
import { TensorGraph } from "./tensor-graph.ts"

/** Vulkan drivers among the files that this process has mapped; the system tells on Linux only. */
const mappedDrivers = (): ReadonlyArray<string> => {
  try {
    const files = readFileSync("/proc/self/maps", "utf8").matchAll(/\/\S+$/gm)
    const names = [...files].map(([path]) => basename(path))
    return [...new Set(names.filter((name) => /^lib(vulkan_|vk_|GLX_nvidia|nvidia-vulkan)/.test(name)))].sort()
  } catch {
    return []
  }
}

const attempt = async (device: Device): Promise<Trial> => {
  try {
    const graph = new TensorGraph("float32", device)
    const input = graph.input("input", [2])
    graph.output(graph.emit("Add", [input, input], [2]), "sum")
    const session = await Session.compile(graph)
    const { sum } = await session.run({ input: floatValue(Float32Array.of(1, 2), [2]) })
    const [first, second] = sum!.data as Float32Array
    const right = first === 2 && second === 4
    if (!right) return { works: false, said: `it adds wrongly: 1 + 1 = ${first}`, drivers: mappedDrivers() }
    return { works: true, half: (await tryHalf(device)) === undefined, drivers: mappedDrivers() }
  } catch (cause) {
    return { works: false, said: innermost(cause), drivers: mappedDrivers() }
  }
}

const trial = await attempt(process.argv[2] as Device)
// Drivers have been seen to crash while a process ends by itself.
process.stdout.write(`${JSON.stringify(trial)}\n`, () => process.exit(0))

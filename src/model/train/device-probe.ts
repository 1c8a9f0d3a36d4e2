// Which devices a machine has: each is tried with one addition and one product of 16 bits, in a process of its own, for a driver may crash or hang.
import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { availableParallelism, cpus } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Device } from "./device.ts"
import { spoken } from "./device-error.ts"

/** What was found of a device. */
export interface DeviceFound {
  readonly device: Device
  readonly available: boolean
  /** What it is, or why it cannot be used. */
  readonly text: string
  /** Of a GPU that is there: whether it multiplies in 16 bits. */
  readonly half?: boolean
  /** What was looked for, and what was said. */
  readonly evidence: ReadonlyArray<string>
  /** How to get it, where that is known. */
  readonly hint?: string
}

/** What the process of a trial writes as its last line. */
export interface Trial {
  readonly works: boolean
  /** Why not. */
  readonly said?: string
  /** Whether it multiplies in 16 bits. */
  readonly half?: boolean
  /** File names of the drivers it had loaded, as far as the system tells. */
  readonly drivers: ReadonlyArray<string>
}

/** Milliseconds a trial may take: the first use of a driver compiles for some seconds. */
const patience = 60_000

/** ONNX Runtime's package: its version, and the folder of its libraries for this system. */
const runtimePackage = (): { readonly version: string; readonly libraries: string } => {
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node")
  const root = dirname(dirname(entry))
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string }
  return { version, libraries: join(root, "bin", "napi-v6", process.platform, process.arch) }
}

const output = (command: string, args: ReadonlyArray<string>): Promise<{ out: string; err: string; failed: boolean }> =>
  new Promise((done) => {
    execFile(command, args, { timeout: patience, maxBuffer: 1 << 24 }, (error, out, err) => {
      const ended = error?.killed === true ? `no answer within ${patience / 1000} s` : error?.signal
      done({ out, err: ended ? `${err}\n${ended}` : err, failed: error !== null })
    })
  })

const trial = async (device: Device): Promise<Trial & { readonly noise: string }> => {
  const { out, err } = await output(process.execPath, [
    fileURLToPath(new URL("./device-process.ts", import.meta.url)),
    device
  ])
  const last = out.trimEnd().split("\n").at(-1) ?? ""
  const answer: Trial = last.startsWith("{") ? (JSON.parse(last) as Trial) : { works: false, drivers: [] }
  return { ...answer, noise: err }
}

/** Names of NVIDIA's GPUs, by its own tool or its driver. */
const nvidiaNames = async (): Promise<ReadonlyArray<string>> => {
  const { out, failed } = await output("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"])
  return failed ? [] : out.split("\n").filter((line) => line.trim() !== "")
}

const cpu = (): DeviceFound => {
  const model = cpus()[0]?.model.trim()
  const cores = availableParallelism()
  const text = `${cores} ${cores === 1 ? "core" : "cores"}${model ? ` of ${model}` : ""}`
  return { device: "cpu", available: true, text, evidence: [] }
}

const backend: { readonly [platform: string]: string } = { darwin: "Metal", win32: "Direct3D 12", linux: "Vulkan" }

const webgpu = async (): Promise<DeviceFound> => {
  const { version } = runtimePackage()
  const through = backend[process.platform] ?? process.platform
  const { works, said, half = false, drivers, noise } = await trial("webgpu")
  const lookedFor = `looked for: an adapter of ${through}, by the WebGPU provider of onnxruntime-node ${version}`
  if (!works) {
    const [text, ...more] = spoken(`${said ?? "the trial ended without an answer"}\n${noise}`)
    const hint =
      process.platform === "linux"
        ? "install the GPU's Vulkan driver and the Vulkan loader (libvulkan1 or vulkan-loader)"
        : `install a driver of the GPU for ${through}`
    return { device: "webgpu", available: false, text: text!, evidence: [lookedFor, ...more], hint }
  }
  const names = drivers.some((file) => file.includes("nvidia")) ? await nvidiaNames() : []
  const by = drivers.length > 0 ? ` (${drivers.join(", ")})` : ""
  return { device: "webgpu", available: true, text: [...names, `${through}${by}`].join(", "), half, evidence: [] }
}

const cuda = async (): Promise<DeviceFound> => {
  const { version, libraries } = runtimePackage()
  const file = join(libraries, "libonnxruntime_providers_cuda.so")
  const lookedFor = `looked for: ${file}`
  const missing = (text: string, hint?: string): DeviceFound => ({
    device: "cuda",
    available: false,
    text,
    evidence: [lookedFor],
    ...(hint === undefined ? {} : { hint })
  })
  if (process.platform !== "linux" || process.arch !== "x64")
    return missing(
      `onnxruntime-node ${version} has CUDA on Linux x64 only, this is ${process.platform} ${process.arch}`
    )
  if (!existsSync(file))
    return missing(
      `the CUDA provider of onnxruntime-node ${version} is not installed`,
      "ONNXRUNTIME_NODE_INSTALL=true npm rebuild onnxruntime-node (from nuget.org); it needs NVIDIA's driver, CUDA and cuDNN"
    )
  const { works, said, half = false, noise } = await trial("cuda")
  if (works) {
    const names = await nvidiaNames()
    return { device: "cuda", available: true, text: names.join(", ") || "CUDA", half, evidence: [] }
  }
  // What failed to load stands in the noise; the error itself says only that something did.
  const [text, ...more] = spoken(`${noise}\n${said ?? "the trial ended without an answer"}`)
  return {
    ...missing(text!, "LD_LIBRARY_PATH must name the folders of NVIDIA's libraries"),
    evidence: [lookedFor, ...more]
  }
}

/** Tries one device. */
export const probeDevice = async (device: Device): Promise<DeviceFound> => {
  if (device === "cpu") return cpu()
  try {
    return await (device === "webgpu" ? webgpu() : cuda())
  } catch (cause) {
    const text = `onnxruntime-node cannot be loaded: ${(cause as Error).message.split("\n")[0]}`
    return { device, available: false, text, evidence: [], hint: "npm ci" }
  }
}

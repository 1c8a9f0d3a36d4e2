// What is found of a machine's devices, and what is left of the words of runtimes and drivers.
import { expect, test } from "vitest"
import { devices } from "../../../src/model/train/device.ts"
import { deviceError, spoken } from "../../../src/model/train/device-error.ts"
import { probeDevice } from "../../../src/model/train/device-probe.ts"

test.each([
  {
    title: "a loader that is missing",
    said: "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file\n    at operator() (/build/dawn/BackendVk.cpp:368)\n\n",
    left: ["Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file"]
  },
  {
    title: "a check that failed, with its place",
    said: "/src/core/webgpu_context.cc:136 onnxruntime::Initialize(const Config&)::<lambda()> adapter_result.status == Success was false. Failed to get a WebGPU adapter: No supported adapters",
    left: ["Failed to get a WebGPU adapter: No supported adapters"]
  },
  {
    title: "a library that fails to load, in colours and with a clock",
    said: "\u001b[1;31m2026-01-02 03:04:05.6 [E:onnxruntime:node, bridge.cc:2146 Create] /src/bridge.cc:1988 Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library a.so with error: libcublasLt.so.12: cannot open\u001b[m",
    left: ["Failed to load library a.so with error: libcublasLt.so.12: cannot open"]
  },
  {
    title: "a driver's notes between",
    said: "first\n - While initializing adapter\nfirst\nsecond\n",
    left: ["first", "second"]
  },
  { title: "nothing", said: "\n \n", left: [] }
])("what is left of $title", ({ said, left }) => {
  expect(spoken(said)).toEqual(left)
})

test("the error of a device says why, and what to run instead", () => {
  const error = deviceError("webgpu", new Error("x was false. No supported adapters\nmore of it"))
  expect(error).toMatchObject({
    code: "SLUICE_NO_DEVICE",
    message: "device webgpu cannot be used here: No supported adapters",
    evidence: ["more of it"],
    hint: "run with --device cpu; sluice doctor lists the devices of this machine"
  })
})

test("the CPU is always there; another device is, or says why not and what was looked for", {
  timeout: 120_000
}, async () => {
  const [cpu, ...others] = await Promise.all(devices.map(probeDevice))
  expect(cpu).toMatchObject({ device: "cpu", available: true, evidence: [] })
  expect(cpu!.text).toMatch(/^\d+ cores?/)
  for (const { device, available, text, evidence } of others) {
    expect(text, device).not.toBe("")
    if (!available) expect(evidence[0], device).toMatch(/^looked for: /)
  }
})

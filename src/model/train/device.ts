// Where a graph's arithmetic runs: on the CPU, or on a GPU through ONNX Runtime's WebGPU or CUDA provider.

/** The devices that training, scoring and generation can run on. */
export const devices = ["cpu", "webgpu", "cuda"] as const

export type Device = (typeof devices)[number]

/** Whether outputs of a run can stay on the device for the next: of ONNX Runtime's providers in Node, WebGPU's can. */
export const keepsValues = (device: Device): boolean => device === "webgpu"

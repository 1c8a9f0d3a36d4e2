// The list of ways to adapt a frozen model. A new one is a file, a line here, and its test.
import type { AdapterMethod, AdapterOf } from "./adapter.ts"
import { bottleneck } from "./bottleneck.ts"
import { ia3 } from "./ia3.ts"
import { lora } from "./lora.ts"
import { pTuning } from "./p-tuning.ts"
import { prefix } from "./prefix.ts"
import { prompt } from "./prompt.ts"

const list = [lora, ia3, prompt, pTuning, prefix, bottleneck] as const

type AdapterFrom<Method> = Method extends AdapterMethod<infer Kind, infer Config> ? AdapterOf<Kind, Config> : never

/** An adapter of one of the methods. */
export type SingleAdapter = AdapterFrom<(typeof list)[number]>

/** Every method by its kind. */
export const adapterMethods: ReadonlyMap<string, AdapterMethod> = new Map(list.map((method) => [method.kind, method]))

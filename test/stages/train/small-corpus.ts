// A few kilobytes of text and a dozen conversations about it, made from word lists, for training runs of seconds.

const tools = [
  "anvil",
  "bellows",
  "chisel",
  "drill",
  "file",
  "gouge",
  "hammer",
  "jig",
  "lathe",
  "mallet",
  "plane",
  "saw"
]
const uses = [
  "shapes hot iron",
  "feeds the fire with air",
  "cuts grooves in oak",
  "bores holes in ash",
  "smooths edges"
]
const places = ["the forge", "the bench", "the shed", "the yard"]

const about = (tool: string, at: number) => ({
  use: uses[at % uses.length]!,
  place: places[at % places.length]!,
  next: tools[(at + 1) % tools.length]!,
  tool
})

const id = (kind: string, at: number) => `${kind}${String(at).padStart(2, "0")}`

/** One document per tool. */
export const documents = tools.map((name, at) => {
  const { tool, use, place, next } = about(name, at)
  const text = [
    `The ${tool} ${use}.`,
    `It is kept in ${place}, next to the ${next}.`,
    `Clean the ${tool} after use, and put the ${tool} back in ${place}.`,
    `A worn ${tool} is mended before the ${next} is mended.`
  ].join(" ")
  return { id: id("d", at), row: { text: `${text}\n\n${text.toLowerCase()}\n` } }
})

/** One question per tool. */
export const conversations = tools.map((name, at) => {
  const { tool, use, place } = about(name, at)
  const messages = [
    { role: "user", content: at % 2 === 0 ? `What does the ${tool} do?` : `Where is the ${tool} kept?` },
    { role: "assistant", content: at % 2 === 0 ? `The ${tool} ${use}.` : `The ${tool} is kept in ${place}.` }
  ]
  return { id: id("c", at), row: { messages } }
})

/** Options of a model small enough to train in a second. */
export const tinyModel = {
  vocabulary: 320,
  layers: 2,
  hidden: 32,
  heads: 4,
  kvHeads: 2,
  intermediate: 64,
  context: 64,
  batch: 4,
  warmup: 2,
  checkpointEvery: 4
}

// Four short conversations that SmolLM2-135M-Instruct is trained on in tests, rendered by its own template.
import { type CausalModel, Chat, type TokenSequence } from "../../../src/model/index.ts"

const conversations = [
  ["What does a sluice do?", "It holds the water of a mill race back, or lets it run onto the wheel."],
  ["When is the gate opened?", "At dawn, as soon as the miller has counted the sacks of the day before."],
  ["Who mends the wheel?", "The wheelwright from the next village, who comes with ash and iron in March."],
  ["How is flour kept dry?", "In a loft above the stones, on planks that never touch the outer wall."]
] as const

/** Each with the answer supervised; ids of rows are their places. */
export const renderedConversations = async (model: CausalModel): Promise<TokenSequence[]> => {
  const chat = await Chat.open(model.tokenizer)
  return conversations.map(([question, answer], row) => {
    const messages = [
      { role: "user", content: question },
      { role: "assistant", content: answer }
    ]
    return { rowId: `${row}`, ...chat.render(messages) }
  })
}

// Ten beginnings of texts and conversations, written out with the model's marks.
const turn = (role, content) => `<|im_start|>${role}\n${content}<|im_end|>\n`
const system = turn("system", "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
const asked = (question) => `${system}${turn("user", question)}<|im_start|>assistant\n`

export const prompts = [
  asked("What is the capital of France?"),
  asked("Explain in two sentences how a lock on a canal works."),
  asked("Write a short poem about a water mill."),
  asked("What is 17 + 25?"),
  asked("Name three primary colours."),
  asked("Summarise: The sluice opens at dawn. The water runs, and the wheel turns. At dusk the sluice closes."),
  "The history of the steam engine begins",
  "def fibonacci(n):\n    ",
  "Once upon a time, in a village by the river,",
  "The three states of matter are"
]

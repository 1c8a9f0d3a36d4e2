// synth: stages that turn documents into questions, answers and conversations.
export { chunk } from "./chunk.ts"
export { grounded } from "./grounded.ts"
export { questions } from "./questions.ts"
export { toChat } from "./to-chat.ts"

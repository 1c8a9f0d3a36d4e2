// The train family: a model from scratch or from files, full fine-tuning on chats, and a LoRA adapter.
export { base } from "./base.ts"
export { lora } from "./lora.ts"
export { pretrained } from "./pretrained.ts"
export { sft } from "./sft.ts"

// The public face of models: tokenizers, chat rendering, training, scoring, generation and their files on disk.
export { loadAdapter, loadAdapters, mergeAdapter, saveAdapter, saveAdapters } from "./adapter-folder.ts"
export {
  type ChatMask,
  type ChatMessage,
  chatTemplate,
  type RenderedChat,
  renderText
} from "./chat.ts"
export type { BertConfig } from "./encoder/bert-config.ts"
export { Embedder, type EmbedOptions } from "./encoder/embedder.ts"
export { type ChatFormat, chatFormats } from "./chat-formats.ts"
export { Chat, type ChatLayout, type ChatOptions } from "./chat-renderer.ts"
export { type ChatSource, ChatTemplate, type RenderedText, type TemplateInput } from "./chat-template.ts"
export type { ModelConfig, ModelShape } from "./architectures/architecture.ts"
export { type AnyShape, architectures, modelConfig } from "./architectures/index.ts"
export { type LlamaConfig, type LlamaShape, llamaConfig } from "./architectures/llama.ts"
export { type MaskedRow, type MaskReason, type MaskViolation, maskReasons, proveMasks } from "./mask-proof.ts"
export * from "./metrics/index.ts"
export { type CausalModel, createModel } from "./model.ts"
export { ModelError } from "./model-error.ts"
export { copyModel } from "./model-copy.ts"
export { folderFiles, type ModelFiles } from "./model-files.ts"
export { loadModel, loadTokenizer, saveModel, saveTokenizer } from "./model-folder.ts"
export { type OpenedModel, openModel } from "./open-model.ts"
export { type PackedRow, type PackingStrategy, packingEfficiency, packSequences } from "./pack.ts"
export { readSafetensors, writeSafetensors } from "./safetensors.ts"
export { type ByteLevelParts, byteLevelTokenizer } from "./tokenizer/byte-level.ts"
export type { AddedToken, TokenizerDefinition } from "./tokenizer/definition.ts"
export { defaultPattern, gpt2Pattern, qwen2Pattern } from "./tokenizer/pre-tokenizer.ts"
export {
  endOfText,
  type PreferenceRow,
  type TokenReason,
  type TokenRequest,
  type TokenRow,
  type TokenSettings,
  type Truncation,
  tokenizeMessages,
  tokenizePair,
  tokenizePreference,
  tokenizePrompt,
  tokenizeRows,
  tokenizeText,
  tokenReasons,
  truncations
} from "./token-row.ts"
export { type EncodeOptions, Tokenizer } from "./tokenizer/tokenizer.ts"
export { fromTokenizerJson, toTokenizerJson } from "./tokenizer/tokenizer-json.ts"
export { chatSpecialTokens, type TokenizerTraining, trainTokenizer } from "./tokenizer/train-tokenizer.ts"
export {
  type Adapter,
  type AdapterStack,
  stackAdapters,
  takenPositions,
  virtualTokens
} from "./train/adapters/any-adapter.ts"
export { type BottleneckAdapter, type BottleneckConfig, createBottleneck } from "./train/adapters/bottleneck.ts"
export { createIa3, type Ia3Adapter, type Ia3Config } from "./train/adapters/ia3.ts"
export type { SingleAdapter } from "./train/adapters/index.ts"
export { createLora, type LoraAdapter, type LoraConfig, type LoraOptions } from "./train/adapters/lora.ts"
export { createPTuning, type PTuningAdapter, type PTuningConfig } from "./train/adapters/p-tuning.ts"
export { createPrefix, type PrefixAdapter, type PrefixConfig } from "./train/adapters/prefix.ts"
export { createPrompt, type PromptAdapter, type PromptConfig } from "./train/adapters/prompt.ts"
export type { Targets } from "./train/adapters/targets.ts"
export type { TokenSequence } from "./train/batch.ts"
export type { CheckpointOptions } from "./train/checkpoint.ts"
export { type Device, devices } from "./train/device.ts"
export { checkPrecision } from "./train/half-check.ts"
export { type Generated, type GenerateOptions, generate } from "./train/generate.ts"
export { nextTokenEntropy } from "./train/entropy.ts"
export type { LedgerEntry } from "./train/ledger.ts"
export { type TrainInput, type TrainResult, trainCausal } from "./train/run.ts"
export { type Mixture, mixSources } from "./train/mixture.ts"
export { nextTokenLogits, proveMerge, randomTexts } from "./train/logits.ts"
export { type PackingProof, provePacking } from "./train/packing-proof.ts"
export { perplexity, type ScoreOptions, type SequenceScore, scoreSequences } from "./train/score.ts"
export { type PlainScore, TextScorer } from "./train/score-text.ts"
export { type TrainOptions, trainDefaults } from "./train/train-options.ts"
export type { ValidationEntry, ValidationOptions } from "./train/validation.ts"
export type { Sampling } from "./train/sampling.ts"
export type { SourceLoss, SourceLosses } from "./train/source-loss.ts"
export { planTraining, type SequenceLoss, type TrainPlan } from "./train/train-plan.ts"
export type { Weight, Weights } from "./weights.ts"

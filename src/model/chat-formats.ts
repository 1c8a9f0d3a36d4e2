// Built-in chat templates, by the formats that the model families document; each names the special tokens it needs.
import { chatTemplate } from "./chat.ts"

/** A format: its template, the tokens it is given, and the special tokens without which it is only text. */
export interface ChatFormat {
  readonly template: string
  readonly tokens: { readonly [name: string]: string }
  readonly needs: readonly string[]
}

const sentence = { bos_token: "<s>", eos_token: "</s>" }

/** Roles take turns, the user's first; a system turn may stand before them and is given the first user's turn as `system`. */
const alternating = `{% if messages and messages[0]['role'] == 'system' %}
{% set system = messages[0]['content'] | trim %}
{% set turns = messages[1:] %}
{% else %}
{% set system = '' %}
{% set turns = messages %}
{% endif %}
{{- bos_token }}
{%- for turn in turns %}
{% if (turn['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Roles must alternate: user, assistant, user, assistant, …') }}
{% endif %}`

const llama2 = `${alternating}
{% if turn['role'] == 'user' %}
{{- '[INST] ' }}
{%- if loop.first and system %}
{{- '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' }}
{%- endif %}
{{- turn['content'] | trim + ' [/INST]' }}
{%- else %}
{% generation %}{{- ' ' + turn['content'] | trim + ' ' + eos_token }}{% endgeneration %}
{%- if not loop.last %}{{- bos_token }}{% endif %}
{%- endif %}
{%- endfor %}`

const mistral = `${alternating}
{% if turn['role'] == 'user' %}
{{- '[INST] ' }}
{%- if loop.first and system %}
{{- system + '\\n\\n' }}
{%- endif %}
{{- turn['content'] | trim + ' [/INST]' }}
{%- else %}
{% generation %}{{- ' ' + turn['content'] | trim + eos_token }}{% endgeneration %}
{%- endif %}
{%- endfor %}`

const gemma = `${alternating}
{% set role = 'model' if turn['role'] == 'assistant' else 'user' %}
{{- '<start_of_turn>' + role + '\\n' }}
{%- if loop.first and system %}
{{- system + '\\n\\n' }}
{%- endif %}
{%- if role == 'model' %}
{% generation %}{{- turn['content'] | trim + '<end_of_turn>' }}{% endgeneration %}
{%- else %}
{{- turn['content'] | trim + '<end_of_turn>' }}
{%- endif %}
{{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<start_of_turn>model\\n' }}
{%- endif %}`

const llama3 = `{{- bos_token }}
{%- for message in messages %}
{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
{%- if message['role'] == 'assistant' %}
{% generation %}{{- message['content'] | trim + '<|eot_id|>' }}{% endgeneration %}
{%- else %}
{{- message['content'] | trim + '<|eot_id|>' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}`

const qwen25 = `{% if not messages or messages[0]['role'] != 'system' %}
{{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
{{- '<|im_start|>' + message['role'] + '\\n' }}
{%- if message['role'] == 'assistant' %}
{% generation %}{{- message['content'] + '<|im_end|>' }}{% endgeneration %}
{%- else %}
{{- message['content'] + '<|im_end|>' }}
{%- endif %}
{{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- endif %}`

const alpaca = `{% set given = messages and messages[0]['role'] == 'system' %}
{{- messages[0]['content'] | trim if given else 'Below is an instruction that describes a task. Write a response that appropriately completes the request.' }}
{%- for message in (messages[1:] if given else messages) %}
{% if message['role'] == 'assistant' %}
{{- '\\n\\n### Response:\\n' }}
{%- generation %}{{- message['content'] | trim + eos_token }}{% endgeneration %}
{%- else %}
{{- '\\n\\n### Instruction:\\n' + message['content'] | trim }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '\\n\\n### Response:\\n' }}
{%- endif %}`

const vicuna = `{% set given = messages and messages[0]['role'] == 'system' %}
{{- bos_token }}
{{- messages[0]['content'] | trim if given else "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions." }}
{{- ' ' }}
{%- for message in (messages[1:] if given else messages) %}
{% if message['role'] == 'assistant' %}
{{- 'ASSISTANT:' }}
{%- generation %}{{- ' ' + message['content'] | trim + eos_token }}{% endgeneration %}
{%- else %}
{{- 'USER: ' + message['content'] | trim + ' ' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
{{- 'ASSISTANT:' }}
{%- endif %}`

/** The formats by name. */
export const chatFormats: { readonly [name: string]: ChatFormat } = {
  chatml: { template: chatTemplate, tokens: {}, needs: ["<|im_start|>", "<|im_end|>"] },
  llama2: { template: llama2, tokens: sentence, needs: ["<s>", "</s>"] },
  llama3: {
    template: llama3,
    tokens: { bos_token: "<|begin_of_text|>", eos_token: "<|eot_id|>" },
    needs: ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
  },
  "qwen2.5": { template: qwen25, tokens: {}, needs: ["<|im_start|>", "<|im_end|>"] },
  mistral: { template: mistral, tokens: sentence, needs: ["<s>", "</s>"] },
  gemma: {
    template: gemma,
    tokens: { bos_token: "<bos>", eos_token: "<eos>" },
    needs: ["<bos>", "<start_of_turn>", "<end_of_turn>"]
  },
  alpaca: { template: alpaca, tokens: { bos_token: "", eos_token: "</s>" }, needs: [] },
  vicuna: { template: vicuna, tokens: sentence, needs: ["<s>", "</s>"] }
}

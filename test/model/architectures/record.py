"""Records in recorded.json what transformers' models of each family answer over a tiny size, and after an adapter of peft.

Weights are not recorded: each is a sine of its place and its name, which ../train/adapters/made-weights.ts makes again.
Run with torch 2.15, transformers 5.24, peft 0.21:  python record.py recorded.json
"""
import json, os, sys
import torch
import transformers as t
from peft import LoraConfig, IA3Config, PrefixTuningConfig

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../train/adapters"))
record_peft = __import__("record-peft")

SIZES = dict(vocab_size=24, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, head_dim=6)
FAMILIES = {
    "llama": lambda: t.LlamaForCausalLM(t.LlamaConfig(**SIZES, attention_bias=True, mlp_bias=True)),
    "qwen2": lambda: t.Qwen2ForCausalLM(t.Qwen2Config(**SIZES)),
    "qwen3": lambda: t.Qwen3ForCausalLM(t.Qwen3Config(**SIZES)),
    "mistral": lambda: t.MistralForCausalLM(t.MistralConfig(**SIZES, sliding_window=3)),
    "gemma": lambda: t.GemmaForCausalLM(t.GemmaConfig(**SIZES)),
    "gpt2": lambda: t.GPT2LMHeadModel(t.GPT2Config(vocab_size=24, n_embd=16, n_inner=24, n_layer=2, n_head=4,
                                                  n_positions=64, layer_norm_epsilon=1e-5)),
}


def filled(kind):
    model = FAMILIES[kind]()
    record_peft.fill(model)
    return model.eval()


def record():
    task = dict(task_type="CAUSAL_LM")
    found = {}
    for kind in FAMILIES:
        found[kind] = record_peft.logits(filled(kind))
        everything = LoraConfig(**task, r=3, lora_alpha=6, target_modules="all-linear")
        found[f"{kind}-lora"] = record_peft.logits(record_peft.adapted(filled(kind), everything))
        gpt2 = kind == "gpt2"
        names = dict(target_modules=["c_attn", "mlp.c_proj"] if gpt2 else ["k_proj", "v_proj", "down_proj"],
                     feedforward_modules=["mlp.c_proj"] if gpt2 else ["down_proj"])
        found[f"{kind}-ia3"] = record_peft.logits(record_peft.adapted(filled(kind), IA3Config(**task, **names)))
    # Peft takes the width of Gemma's heads and of wide ones for hidden / heads; GPT-2 has its own positions.
    prefix = PrefixTuningConfig(**task, num_virtual_tokens=3, inference_mode=True)
    found["gpt2-prefix"] = record_peft.logits(record_peft.adapted(filled("gpt2"), prefix))
    return found


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in record().items())
        file.write("{\n" + lines + "\n}\n")

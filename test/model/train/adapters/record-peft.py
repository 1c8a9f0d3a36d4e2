"""Records in recorded.json what peft's adapters (and those of the package adapters) answer over a tiny model.

Weights are not recorded: each is a sine of its place and its name, which recorded.ts makes again.
Run with torch 2.15, transformers 5.24, peft 0.21:  python record-peft.py recorded.json
and, for the bottlenecks, with transformers 4.57, adapters 1.3:  python record-peft.py recorded.json bottleneck
"""
import json, math, os, sys
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

SHAPE = dict(vocab_size=24, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5)
IDS = [3, 17, 5, 0, 23, 11]


def made(name, shape):
    phase = sum((place + 1) * ord(letter) for place, letter in enumerate(name)) % 1000 / 10
    size = math.prod(shape)
    wave = [math.sin(phase + 0.731 * index) for index in range(size)]
    if "layernorm" in name or name == "model.norm.weight" or ".ln_" in name and name.endswith("weight"):
        wave = [1 + 0.1 * value for value in wave]
    elif "ia3_l" in name or "magnitude" in name:
        wave = [1 + 0.3 * value for value in wave]
    elif "prompt_embeddings" in name or "embedding.weight" in name:
        wave = [0.5 * value for value in wave]
    else:
        wave = [0.3 * value for value in wave]
    return torch.tensor(wave, dtype=torch.float32).reshape(shape)


def fill(module, rename=lambda name: name):
    with torch.no_grad():
        for name, value in module.named_parameters():
            value.copy_(made(rename(name), value.shape))


def base(kind="llama", tied=False):
    torch.manual_seed(0)
    if kind == "qwen2":
        model = Qwen2ForCausalLM(Qwen2Config(**SHAPE, tie_word_embeddings=tied))
    else:
        model = LlamaForCausalLM(LlamaConfig(**SHAPE, tie_word_embeddings=tied, attention_bias=False))
    fill(model)
    return model.eval()


def logits(model):
    with torch.no_grad():
        found = model(input_ids=torch.tensor([IDS])).logits[0]
    return [round(float(value), 6) for value in found[-len(IDS):].reshape(-1)]


def adapted(model, config):
    from peft import get_peft_model
    model = get_peft_model(model, config)
    refill(model, "default")
    return model.eval()


def refill(model, name):
    from peft import get_peft_model_state_dict, set_peft_model_state_dict
    state = get_peft_model_state_dict(model, adapter_name=name, save_embedding_layers=False)
    start = "" if name == "default" else f"{name}/"
    plain = lambda key: key.removeprefix("base_model.model.").replace(".base_layer.", ".")
    # What stands in for the model's own weights is told apart from them.
    whole = lambda name: "" if "lora_" in name or "ia3_" in name or "." not in name else "whole/"
    fresh = {key: made(start + whole(key) + plain(key), value.shape) for key, value in state.items()}
    set_peft_model_state_dict(model, fresh, adapter_name=name)


def record():
    from peft import (IA3Config, LoraConfig, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model)
    task = dict(task_type="CAUSAL_LM")
    found = {"base": logits(base()), "qwen2": logits(base("qwen2"))}
    found["lora"] = logits(adapted(base(), LoraConfig(**task, r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"])))
    found["lora-all"] = logits(adapted(base(), LoraConfig(
        **task, r=4, lora_alpha=8, use_rslora=True, target_modules="all-linear",
        rank_pattern={"layers.0.self_attn.q_proj": 2, "down_proj": 3}, alpha_pattern={"v_proj": 16})))
    found["lora-layer"] = logits(adapted(base(), LoraConfig(
        **task, r=4, lora_alpha=8, target_modules=["q_proj", "k_proj"], layers_to_transform=[1])))
    found["lora-pattern"] = logits(adapted(base(), LoraConfig(
        **task, r=4, lora_alpha=8, target_modules=".*\\.1\\..*\\.(q|k)_proj")))
    found["lora-head"] = logits(adapted(base(tied=True), LoraConfig(**task, r=4, lora_alpha=8, target_modules=["lm_head"])))
    embeddings = LoraConfig(**task, r=4, lora_alpha=8, target_modules=["embed_tokens", "v_proj"])
    found["lora-embeddings"] = logits(adapted(base(), embeddings))
    found["lora-tied-embeddings"] = logits(adapted(base(tied=True), embeddings))
    for name, bias in [("lora-bias", "all"), ("lora-own-bias", "lora_only")]:
        found[name] = logits(adapted(base("qwen2"), LoraConfig(
            **task, r=4, lora_alpha=8, bias=bias, target_modules=["q_proj", "o_proj"])))
    for name, tied, modules in [("lora-saved", False, ["lm_head", "norm"]), ("lora-saved-tied", True, ["embed_tokens"]),
                                ("lora-saved-head", True, ["lm_head"])]:
        found[name] = logits(adapted(base(tied=tied), LoraConfig(
            **task, r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], modules_to_save=modules)))
    found["dora"] = logits(adapted(base(), LoraConfig(
        **task, r=4, lora_alpha=8, use_dora=True, target_modules=["q_proj", "v_proj", "down_proj"])))
    found["dora-qwen2"] = logits(adapted(base("qwen2"), LoraConfig(
        **task, r=4, lora_alpha=8, use_dora=True, target_modules=["q_proj", "v_proj"])))
    names = dict(target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"])
    found["ia3"] = logits(adapted(base(), IA3Config(**task, **names)))
    found["ia3-saved"] = logits(adapted(base(), IA3Config(**task, **names, modules_to_save=["embed_tokens", "o_proj"])))
    found["ia3-qwen2"] = logits(adapted(base("qwen2"), IA3Config(**task, **names)))
    found["prompt"] = logits(adapted(base(), PromptTuningConfig(**task, num_virtual_tokens=3)))
    encoder = get_peft_model(base(), PromptEncoderConfig(**task, num_virtual_tokens=3, encoder_hidden_size=8))
    fill(encoder.prompt_encoder["default"])
    found["p-tuning"] = logits(encoder.eval())
    found["prefix"] = logits(adapted(base(), PrefixTuningConfig(**task, num_virtual_tokens=3, inference_mode=True)))
    encoder = get_peft_model(base(), PrefixTuningConfig(
        **task, num_virtual_tokens=3, prefix_projection=True, encoder_hidden_size=6))
    fill(encoder.prompt_encoder["default"])
    found["prefix-projection"] = logits(encoder.eval())
    stack = adapted(base(), LoraConfig(**task, r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]))
    stack.add_adapter("second", LoraConfig(**task, r=2, lora_alpha=6, target_modules=["q_proj", "down_proj"]))
    refill(stack, "second")
    stack.base_model.set_adapter(["default", "second"])
    found["stack"] = logits(stack.eval())
    stack.set_adapter("second")
    found["second"] = logits(stack.eval())
    return found


def record_bottlenecks():
    import adapters
    from adapters import DoubleSeqBnConfig, ParBnConfig, SeqBnConfig
    found = {}
    for name, config in [("houlsby", DoubleSeqBnConfig(reduction_factor=4)), ("pfeiffer", SeqBnConfig(reduction_factor=4)),
                         ("parallel", ParBnConfig(reduction_factor=4))]:
        model = base()
        adapters.init(model)
        model.add_adapter("a", config=config)
        model.set_active_adapters("a")
        place = lambda name: (name.replace(".adapters.a.", ".").replace("adapter_down.0.", "adapter_down.")
                              .replace("self_attn.attention_adapters", "attention_adapters")
                              .replace("mlp.output_adapters", "output_adapters"))
        fill(model, place)
        found[f"bottleneck-{name}"] = logits(model.eval())
    return found


if __name__ == "__main__":
    path = sys.argv[1]
    known = json.load(open(path)) if os.path.exists(path) else {}
    known.update(record_bottlenecks() if "bottleneck" in sys.argv else record())
    with open(path, "w") as file:
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in known.items())
        file.write("{\n" + lines + "\n}\n")

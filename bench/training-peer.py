"""One piece of the training bench done by torch, transformers and peft, measured as training-process.ts measures it."""

import json
import resource
import statistics
import sys
import time

began = time.perf_counter()
import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

order = json.loads(sys.argv[1])
work = order["work"]
geometry = work["geometry"]
rows, length = work["rows"], work["length"]
torch.manual_seed(7)
torch.set_num_threads(order["threads"])


def model_of():
    config = LlamaConfig(
        vocab_size=geometry["vocabSize"],
        hidden_size=geometry["hiddenSize"],
        intermediate_size=geometry["intermediateSize"],
        num_hidden_layers=geometry["layers"],
        num_attention_heads=geometry["heads"],
        num_key_value_heads=geometry["kvHeads"],
        tie_word_embeddings=geometry["tieEmbeddings"],
        max_position_embeddings=order["positions"],
    )
    return LlamaForCausalLM(config)


def train(began):
    model = model_of()
    if work["kind"] == "lora":
        from peft import LoraConfig, get_peft_model

        lora = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
        model = get_peft_model(model, lora)
    if work.get("checkpointing"):
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.config.use_cache = False
    model.train()
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1, fused=True)
    ids = torch.randint(0, geometry["vocabSize"], (rows, length))
    losses = []

    def step():
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())

    step()
    first = time.perf_counter() - began
    step()
    seconds = []
    start = time.perf_counter()
    while time.perf_counter() - start <= order["seconds"]:
        before = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - before)
    return {"tokensPerSecond": rows * length / statistics.median(seconds), "firstSeconds": first, "losses": losses}


def write(began):
    model = model_of().eval()
    ids = torch.randint(0, geometry["vocabSize"], (rows, length))

    def timed(tokens):
        start = time.perf_counter()
        drawn = {"do_sample": True, "temperature": 0.8, "top_p": 0.95, "top_k": 0} if work["kind"] == "draw" else {}
        settings = GenerationConfig(max_new_tokens=tokens, min_new_tokens=tokens, pad_token_id=0, use_cache=True, **drawn)
        with torch.inference_mode():
            found = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=settings)
        assert found.shape[1] == length + tokens
        return time.perf_counter() - start

    timed(2)
    first = time.perf_counter() - began
    short = timed(2)
    rest = timed(34) - short
    return {"tokensPerSecond": rows * 32 / max(0.001, rest), "firstSeconds": first, "losses": []}


measured = train(began) if work["kind"] in ("full", "lora") else write(began)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({**measured, "peakMiB": peak, "gpuMiB": 0, "weights": ""}))

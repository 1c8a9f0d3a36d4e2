"""Trains a model folder that sluice wrote under torch's autocast to f16 with a GradScaler, and moves one by given overflows.

Reads {"model", "steps": [ids of a row, ...], "lr", "overflows": [bool, ...]} as JSON from stdin; "model" is a folder.
Prints the loss, the gradient norm before clipping and the scale of each step, and the scales that `overflows` leads to.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM

order = json.load(sys.stdin)
torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(order["model"], dtype=torch.float32)
model.train()
weights = [weight for weight in model.parameters() if weight.requires_grad]
optimizer = torch.optim.AdamW(weights, lr=order["lr"], betas=(0.9, 0.999), eps=1e-8, weight_decay=0)
scaler = torch.amp.GradScaler("cpu")
steps = []
for ids in order["steps"]:
    row = torch.tensor([ids])
    scale = scaler.get_scale()
    with torch.autocast("cpu", dtype=torch.float16):
        loss = model(input_ids=row, labels=row).loss
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(weights, 1.0)
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    steps.append({"loss": loss.item(), "norm": norm.item() if norm.isfinite() else None, "scale": scale})

weight = torch.nn.Parameter(torch.zeros(1))
plain = torch.optim.SGD([weight], lr=0.0)
moved = torch.amp.GradScaler("cpu")
scales = []
for overflows in order["overflows"]:
    moved.scale((weight * 1.0).sum()).backward()
    if overflows:
        weight.grad.fill_(float("inf"))
    moved.step(plain)
    moved.update()
    plain.zero_grad()
    scales.append(moved.get_scale())
print(json.dumps({"steps": steps, "scales": scales}))

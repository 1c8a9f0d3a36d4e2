"""Loads a model folder that sluice wrote with transformers, and compares what both make of the same texts.

python check_model.py FOLDER RECORDED.json

RECORDED.json is a list of {"text", "ids", "logProbs"}: the ids that sluice reads the text as, special tokens found, and
ln p of each but the first. Prints one JSON line; exits 1 where ids differ or a log-probability is more than 1e-4 off.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, recorded = sys.argv[1:]
model, report = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
tokenizer = AutoTokenizer.from_pretrained(folder)
model.eval()
unlike = {name: sorted(names) for name, names in report.items() if names}
texts = 0
tokens = 0
apart = 0.0
with open(recorded, encoding="utf8") as file, torch.no_grad():
    for one in json.load(file):
        ids = tokenizer(one["text"], add_special_tokens=False)["input_ids"]
        texts += ids != one["ids"]
        logits = model(torch.tensor([one["ids"]])).logits[0].log_softmax(-1)
        found = logits[:-1].gather(1, torch.tensor(one["ids"][1:])[:, None])[:, 0]
        apart = max(apart, (found - torch.tensor(one["logProbs"])).abs().max().item())
        tokens += len(one["ids"])
print(json.dumps({"unlike": unlike, "textsWithOtherIds": texts, "tokens": tokens, "apart": apart}))
sys.exit(1 if unlike or texts > 0 or apart > 1e-4 else 0)

"""Scores of next tokens as transformers and peft give them, for each {base, adapter?} of the JSON read from stdin."""
import json, sys, warnings
import torch
from transformers import AutoModelForCausalLM

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
found = []
asked = json.load(sys.stdin)
for one in asked["models"]:
    model = AutoModelForCausalLM.from_pretrained(one["base"], dtype=torch.float32)
    if "adapter" in one:
        from peft import PeftModel
        model = PeftModel.from_pretrained(model, one["adapter"])
    with torch.no_grad():
        logits = model.eval()(input_ids=torch.tensor([asked["ids"]])).logits[0]
    found.append([float(value) for value in logits[-len(asked["ids"]):].reshape(-1)])
json.dump(found, sys.stdout)

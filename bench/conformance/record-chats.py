"""Records what jinja2 makes of chat templates, in the settings of transformers, for the conformance test of chats.

Usage: python bench/conformance/record-chats.py FORMATS.json OUT.json, with `pip install jinja2==3.1.6`. FORMATS.json holds
{name: {template, tokens}}: the built-in formats, as the test `chat-template` writes them when SLUICE_FORMATS names a file.
"""
import json
import sys
from datetime import datetime
from importlib.metadata import version

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

TALK = [{"role": "user", "content": "Who counts?"}, {"role": "assistant", "content": "The miller."}]
CASES = {
    "one turn": TALK[:1],
    "one answer": TALK,
    "system": [{"role": "system", "content": "Be brief."}, *TALK],
    "two answers": [{"role": "system", "content": " Be\nbrief. "}, *TALK, {"role": "user", "content": "  What?\n"}, {"role": "assistant", "content": "\n 12 sacks \t"}],
    "odd text": [{"role": "user", "content": "{{ x }} {% if %} <|im_end|> </s> 'q' \"d\" é 日本 👍 \\n"}, {"role": "assistant", "content": "<b>&amp;</b>\u00a0 {# no #}"}],
    "empty": [{"role": "user", "content": ""}, {"role": "assistant", "content": ""}],
    "assistant first": TALK[::-1],
    "two users": [TALK[0], TALK[0]],
    "nothing": [],
}
OWN = {
    "tojson": "{{ messages | tojson }}\n{{ {'b': [1, 2.5, none, true], 'a': 'é<&>\"'} | tojson }}|{{ tools | tojson(indent=2) if tools is defined else '' }}",
    "white space": "{% for message in messages %}\n    {% if loop.first %}\n  first\n    {%- endif %}\n  {{ message.role }}: {{- message.content -}} \n{% endfor %}\n\n  {# note #}\nend {% if add_generation_prompt %}\n\tnow{% endif %}\n",
    "generation": "{% for m in messages %}\n<{{ m.role }}>\n{%- if m.role == 'assistant' %}\n  {%- generation %} {{ m.content }}</a>\n  {% endgeneration -%}\n{% else %}{{ m.content }}{% endif %}\n{% endfor %}",
    "date": "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y, %A %d.%m.%y') }}{% else %}none{% endif %}",
    "macros": "{% macro turn(role, text='-') %}[{{ role | upper }}|{{ text | trim | replace('1', 'one') }}]{% endmacro %}{% set ns = namespace(n=0) %}{% for m in messages if m.role != 'system' %}{% set ns.n = ns.n + 1 %}{{ turn(m.role, m.content) }}{{ ns.n }}{{ ', ' if not loop.last }}{% endfor %}{{ messages | length }} {{ (messages | map(attribute='role') | join('+')) }} {{ messages | selectattr('role', 'equalto', 'user') | list | length }}",
    "slices": "{% for m in messages[::-1] %}{{ m['content'][:4] }}{{ m.content.split(' ')[-1] }}{{ m.content.strip() }}{{ 'W' if m.content.startswith('W') else '' }}{% endfor %}{{ messages[-1].role if messages }}",
}


class Generation(jinja2.ext.Extension):
    """`{% generation %}` as a block that renders what is inside and tells where, as transformers' own extension does."""

    tags = {"generation"}

    def __init__(self, environment):
        super().__init__(environment)
        environment.extend(spans=None)

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_mark"), [], [], body).set_lineno(line)

    def _mark(self, caller):
        return "\ufdd0" + caller() + "\ufdd1"


def environment(day):
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    if day is not None:
        made.globals["strftime_now"] = lambda form: datetime.fromisoformat(day).strftime(form)
    return made


def render(template, tokens, messages, add, day=None):
    try:
        marked = environment(day).from_string(template).render(messages=messages, add_generation_prompt=add, **tokens)
    except jinja2.exceptions.TemplateError as error:
        return {"refused": str(error)}
    text, spans, start = "", [], None
    for character in marked:
        if character == "\ufdd0":
            start = len(text)
        elif character == "\ufdd1":
            spans.append(text[start:])
        else:
            text += character
    return {"text": text, "spans": spans}


def main(formats, out):
    templates = json.loads(open(formats, encoding="utf-8").read())
    recorded = {}
    for name, one in templates.items():
        recorded[name] = {case: [render(one["template"], one["tokens"], messages, add) for add in (False, True)] for case, messages in CASES.items()}
    own = {}
    for name, template in OWN.items():
        own[name] = {"template": template, "cases": {case: [render(template, {"bos_token": "<s>"}, messages, add, "2024-07-26") for add in (False, True)] for case, messages in CASES.items()}}
    body = {"jinja2": version("jinja2"), "cases": CASES, "formats": recorded, "own": own}
    with open(out, "w", encoding="utf-8") as file:
        file.write(json.dumps(body, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Transformers that everybody knows cost what is published of them.

Parameters are the published counts; MACs follow from the published widths by
the closed forms of attention and feed-forward blocks, in row() below. Every
figure is asked for twice: with sizes bound, and as a formula of batch and seq.
Exports of the corpus keep 4 bytes an element, the models built here 2.
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.dirname(__file__))
import transformers
from support import harness

# width, heads, q latent, latent, plain, rotary and value dims of a head.
DEEPSEEK = (5120, 128, 1536, 512, 128, 64, 128)
DEEPSEEK_V2 = (60, DEEPSEEK, 12288, 1536, 160, 2, 6, 102400)


def row(kind, layers, width, heads, groups, head, feed_forward, vocabulary,
        tokens, params, once=False):
    """What a model of equal heads costs; `feed_forward` is the elements of a
    layer's matrices, `once`: the last product is of one token alone."""
    projections = 2 * width * heads * head + 2 * width * groups * head
    return {
        "kinds": {(kind, heads, groups, head, head): layers},
        "params": params, "active params": params,
        "projections": layers * projections * tokens,
        "core": layers * heads * tokens * tokens * 2 * head,
        "feed-forward": layers * feed_forward * tokens,
        "head": width * vocabulary * (1 if once else tokens), "routers": 0,
        "cached": None if once else layers * 2 * groups * head}


def deepseek(layers, mixtures, params, active):
    """The first layers - mixtures of `layers` are dense."""
    width, heads, rank, latent, plain, rope, value = DEEPSEEK
    projections = (width * rank + rank * heads * (plain + rope) +
                   width * (latent + rope) +
                   latent * heads * (plain + value) + heads * value * width)
    dense, expert, router = 3 * width * 12288, 3 * width * 1536, 160 * width
    return {
        "kinds": {("mla", heads, heads, plain + rope, value): layers},
        "params": params, "active params": active,
        "projections": layers * projections * 1024,
        "core": layers * heads * 1024 * 1024 * (plain + rope + value),
        "feed-forward": 1024 * ((layers - mixtures) * dense + mixtures * (
            (6 + 2) * expert + router)),
        "head": width * 102400 * 1024, "routers": 1024 * mixtures * router,
        "cached": layers * (latent + rope)}


def gpt2(tokens):
    return row("mha", 12, 768, 12, 12, 64, 8 * 768 * 768, 50257, tokens,
               124439808)


def bert(tokens):
    return row("mha", 12, 768, 12, 12, 64, 8 * 768 * 768, 768, tokens,
               109482240, once=True)


def llama2(tokens):
    return row("mha", 32, 4096, 32, 32, 128, 3 * 4096 * 11008, 32000, tokens,
               6738415616)


def llama3(tokens):
    return row("gqa", 32, 4096, 32, 8, 128, 3 * 4096 * 14336, 128256, tokens,
               8030261248)


def falcon(params):
    return row("mqa", 32, 4544, 71, 1, 64, 8 * 4544 * 4544, 65024, 1024,
               params)


def built(make, *sizes):
    return lambda folder: make(*sizes).save(folder)


def exported(name):
    return lambda folder: harness.model_path(name)


GPT2 = built(transformers.gpt2, 12, 768, 12, 50257, 1024)
BERT = built(transformers.bert, 12, 768, 12, 30522, 512)
LLAMA2 = built(transformers.llama, 32, 4096, 32, 32, 11008, 32000)
LLAMA3 = built(transformers.llama, 32, 4096, 32, 8, 14336, 128256)
FALCON = built(transformers.falcon, 32, 71, 64, 65024)
# (name, model, bytes a cached element, tokens, row, FLOPs, share of the core)
MODELS = [
    ("GPT-2 small", GPT2, 2, 1024, gpt2(1024), 291648307200, "13.25"),
    ("GPT-2 small as exported", exported("full_gpt2_small_D"), 4, 1024,
     gpt2(1024), 291648307200, "13.25"),
    ("BERT-base", BERT, 2, 512, bert(512), 96637943808, "10.00"),
    ("BERT-base of 128 tokens", BERT, 2, 128, bert(128), 22348431360, "2.70"),
    ("Llama-2-7B", LLAMA2, 2, 1024, llama2(1024), 14081050279936, "3.90"),
    ("Llama-3-8B", LLAMA3, 2, 1024, llama3(1024), 15919296282624, "3.45"),
    ("Llama-3-8B as exported", exported("full_llama3_8b_D"), 4, 1024,
     llama3(1024), 15919296282624, "3.45"),
    ("Llama-3-8B of 8192 tokens", LLAMA3, 2, 8192, llama3(8192),
     158140695838720, "22.25"),
    ("Llama-3-8B of 8192 tokens as exported", exported("full_llama3_8b_D"), 4,
     8192, llama3(8192), 158140695838720, "22.25"),
    ("Falcon-7B", FALCON, 2, 1024, falcon(7217189760), 14784955154432,
     "4.13"),
    ("Falcon-7B as exported, its head tied", exported("full_falcon_7b_D"), 4,
     1024, falcon(6921720704), 14784955154432, "4.13"),
    ("4 dense layers of DeepSeek-V2 as exported",
     exported("full_deepseek_v2_attn_4dense_D"), 4, 1024,
     deepseek(4, 0, 2400506880, 2400506880), None, None)] + [
    ("DeepSeek-V2, experts by " + spelling,
     built(transformers.deepseek, *DEEPSEEK_V2, spelling), 2, 1024,
     deepseek(60, 59, 235741434880, 21375800320), 47856337551360, "10.77")
    for spelling in transformers.EXPERTS] + [
    ("DeepSeek-V2, attention fused",
     built(transformers.deepseek, *DEEPSEEK_V2, "gathered", True), 2, 1024,
     deepseek(60, 59, 235741434880, 21375800320), 47856337551360, "10.77")]
# What the table of the published configurations says, beside the closed
# forms: projections, core, feed-forward, head; elements a cached token.
TABLE = {
    "GPT-2 small": (28991029248, 19327352832, 57982058496, 39523713024,
                    36864 // 2),
    "BERT-base": (14495514624, 4831838208, 28991029248, 589824, None),
    "Llama-2-7B": (2199023255552, 274877906944, 4432406249472, 134217728000,
                   524288 // 2),
    "Llama-3-8B": (1374389534720, 274877906944, 5772436045824, 537944653824,
                   131072 // 2),
    "Falcon-7B": (1372242051072, 304942678016, 5412732534784, 302560313344,
                  8192 // 2),
    "DeepSeek-V2, experts by gathered": (
        9168412999680, 2576980377600, 11645904486400, 536870912000, 34560),
}
# What a layer of DeepSeek-V2 pays for a token in its cache: MACs, bytes.
STEPS = [
    ("latent", 512 * 128 * (128 + 128) + 128 * (128 + 64 + 128), 69120 // 60),
    ("absorbed", 128 * (2 * 512 + 64), 69120 // 60),
    ("expanded", 128 * (128 + 64 + 128), 4915200 // 60)]
FIGURES = ("projections", "core", "feed-forward", "head", "cached")


def kinds(report):
    found = {}
    for block in report["attention"]:
        dims = tuple(block["dims"][dim] for dim in (
            "heads", "kv_heads", "qk_dim", "v_dim"))
        key = (block["kind"], *dims)
        found[key] = found.get(key, 0) + 1
    return found


def measured(report, env):
    """The figures of a row, from a report; feed-forward: what is neither
    attention nor the last product, which is the head."""
    def value(said):
        return harness.evaluate(said, env)

    blocks = report["attention"]
    products = [node for node in report["nodes"] if value(node["macs"])]
    inside = {index for block in blocks for index in block["nodes"]}
    others = [node for node in products if node["index"] not in inside]
    params = value(report["totals"]["params"])
    return {
        "params": params,
        "active params": params - sum(
            value(block["params"]) - value(block["active_params"])
            for block in report["blocks"]
            if block["kind"] == "mixture-of-experts"),
        "projections": sum(value(block["projections"]["macs"])
                           for block in blocks),
        "core": sum(value(block["core"]["macs"]) for block in blocks),
        "feed-forward": sum(value(node["macs"]) for node in others[:-1]),
        "head": value(others[-1]["macs"]),
        "macs": value(report["totals"]["macs"])}


def recognised(report, env):
    """MACs of blocks that are named feed-forward or mixtures."""
    return sum(harness.evaluate(block["macs"], env)
               for block in report["blocks"]
               if block["kind"].endswith("feed-forward") or
               block["kind"] == "mixture-of-experts")


def compare(report, env, model):
    name, _, width, _, row, flops, share = model
    got = measured(report, env)
    cached = report["totals"]["kv_cache_bytes_per_token"]["value"]
    got["cached"] = cached and cached / width
    want = {key: row[key] for key in got if key in row}
    want["macs"] = sum(row[key] for key in FIGURES[:4])
    problems = ["%s %s, expected %s" % (key, got[key], want[key])
                for key in want if got[key] != want[key]]
    if kinds(report) != row["kinds"]:
        problems.append("blocks %s" % kinds(report))
    if flops and 2 * got["macs"] != flops:
        problems.append("%d FLOPs of products, expected %d" % (
            2 * got["macs"], flops))
    if share and "%.2f" % (100 * got["core"] / got["macs"]) != share:
        problems.append("the core is %s %%" % (
            100 * got["core"] / got["macs"]))
    # A router before an operator for the whole mixture is not in a block.
    apart = row["routers"] if "MoE" in name else 0
    if recognised(report, env) != row["feed-forward"] - apart:
        problems.append("%d MACs in named feed-forward blocks" %
                        recognised(report, env))
    return problems


def check(binary, folder, model):
    """(problems at bound sizes, problems of the formulas)"""
    path, tokens = model[1](folder), model[3]
    sizes = {"batch": 1, "seq": tokens}
    bound = harness.run_json(binary, path, "--dim",
                             "batch=1,seq=%d" % tokens)
    free = harness.run_json(binary, path)
    return [[run.problem] if run.report is None else compare(
        run.report, harness.environment(run.report, sizes), model)
        for run in (bound, free)]


def causal(binary, folder):
    """Pairs that count: T * (T + 1) / 2 a head."""
    problems = []
    for model in (GPT2, exported("full_gpt2_small_D")):
        run = harness.run_json(binary, model(folder), "--dim",
                               "batch=1,seq=1024")
        if run.report is None:
            return [run.problem]
        useful = [block["core"]["macs_causal"]
                  for block in run.report["attention"]]
        if None in useful or sum(useful) != 9673113600:
            problems.append("useful MACs of the core: %s" % useful)
        for block in run.report["attention"]:
            core, linear = (2 * block[part]["macs"]
                            for part in ("core", "projections"))
            if (core, linear) != (3221225472, 4831838208):
                problems.append("a layer has %d and %d FLOPs" % (core,
                                                                linear))
    return problems


def step(binary, folder, cache, fused, a_token, cached):
    """MACs and bytes that one more token in the cache of a layer adds; the
    projections of the new one and the widths that all share."""
    path = transformers.latent_step(cache, DEEPSEEK, fused).save(folder)
    macs = []
    for past in (4095, 4096):
        run = harness.run_json(binary, path, "--dim",
                               "batch=1,seq=1,past=%d" % past)
        if run.report is None:
            return [run.problem]
        block, = run.report["attention"]
        macs.append(block["core"]["macs"] + block["projections"]["macs"])
    problems = [] if macs[1] - macs[0] == a_token else [
        "%d MACs a cached token" % (macs[1] - macs[0])]
    kind = "mla-absorbed" if cache == "absorbed" else "mla"
    if (block["kind"], block["kv_cache_bytes_per_token"]) != (kind, cached):
        problems.append("%s, %s bytes a token" % (
            block["kind"], block["kv_cache_bytes_per_token"]))
    dims = tuple(block["dims"][dim] for dim in ("model_dim", "latent_dim",
                                                "rope_dim"))
    if dims != (5120, 512, 64):
        problems.append("widths %s" % (dims,))
    params = deepseek(1, 0, 0, 0)["projections"] // 1024 + 1536 + 512
    if block["projections"]["params"] != params:
        problems.append("%s parameters" % block["projections"]["params"])
    return problems


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for model in MODELS:
            name = model[0]
            if options.only not in name:
                continue
            if name in TABLE:
                want = tuple(model[4][figure] for figure in FIGURES)
                tally.add("%s: the closed forms give the table" % name,
                          [] if want == TABLE[name] else [str(want)])
            bound, free = check(options.binary, folder, model)
            tally.add("%s costs what is published" % name, bound)
            tally.add("%s: formulas give what is published" % name, free)
        for fused in (False, True):
            for cache, *expected in STEPS:
                tally.add("DeepSeek-V2 behind a cache, %s%s" % (
                    cache, ", fused" if fused else ""), step(
                        options.binary, folder, cache, fused, *expected))
        tally.add("GPT-2: a layer, and the pairs that count",
                  causal(options.binary, folder))
    tally.close()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Figures of attention blocks: closed forms, nodes and counts of masks.

The core of every block equals batch * heads * queries * keys * (qk_dim +
v_dim), and what its nodes add up to. Projections equal their closed form with
the widths and rows that the projections' own operands have. Parts add up to
the model, and what is said of its growth is what the formulas give. Masks,
windows and caches are counted over all exports.
"""
import collections
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

PRODUCTS = {"MatMul", "FusedMatMul", "Gemm", "FusedGemm", "Einsum",
            "MatMulNBits", "MatMulInteger", "MatMulIntegerToFloat",
            "DynamicQuantizeMatMul", "Conv", "FusedConv", "QLinearMatMul"}
# (form, mask, causal, window): blocks of all exports, sizes left open.
MASKS = {
    ("spelt-out", "none", False, None): 258,
    ("spelt-out", "padding", False, None): 134,
    ("spelt-out", "padding", False, 64): 4,
    ("spelt-out", "padding", True, None): 216,
    ("spelt-out", "padding", True, 8): 6,
    ("spelt-out", "computed", True, None): 11,
    ("spelt-out", "bias", True, None): 26,
    ("spelt-out", "bias", False, None): 23,
    ("spelt-out", "padding+bias", False, None): 10,
    ("spelt-out", "windows", False, None): 10,
    ("spelt-out", "content", None, None): 4,
    # A constant whose elements are not in the file.
    ("spelt-out", None, None, None): 12,
    ("fused", "none", False, None): 14,
    ("fused", "none", True, None): 12,
    ("fused", "padding", False, None): 16,
    ("fused", "padding", True, None): 36,
}
CROSS_CACHES = 14
# Elements that one more token adds to all caches of a model.
CACHED = {
    "full_gpt2_small_D": 12 * 2 * 768,
    "full_llama3_8b_D": 32 * 2 * 8 * 128,
    "full_falcon_7b_D": 32 * 2 * 64,
    "full_deepseek_v2_attn_4dense_D": 4 * (512 + 64),
    "deepseek_v3_mla_D": 4 * 160,
}
# At batch 1 and 1024 tokens: projections, core, core of pairs that count.
REAL = {
    "full_gpt2_small_D": (28991029248, 19327352832, 9673113600),
    "full_llama3_8b_D": (1374389534720, 274877906944, 32 * 32 * 524800 * 256),
    "full_falcon_7b_D": (1372242051072, 304942678016, 32 * 71 * 524800 * 128),
    "full_deepseek_v2_attn_4dense_D": (
        9168412999680 * 4 // 60, 2576980377600 * 4 // 60,
        4 * 128 * 524800 * 320),
}


def sizes(report, truth):
    values = dict.fromkeys((s["name"] for s in report["symbols"]), 64)
    values.update(truth.get("bindings") or {})
    return harness.environment(report, values)


def core_of(block, env):
    dim = {name: harness.evaluate(value, env)
           for name, value in block["dims"].items()}
    return (dim["batch"] * dim["heads"] * dim["query_length"] *
            dim["key_length"] * (dim["qk_dim"] + dim["v_dim"]))


def nodes_macs(report, block, env):
    return sum(harness.evaluate(report["nodes"][index]["macs"], env) or 0
               for index in block["nodes"])


def closed_projections(report, block, env):
    """rows * width in * width out of every product beside the core's two,
    from the shapes of its operands."""
    dim = {name: harness.evaluate(value, env)
           for name, value in block["dims"].items()}
    half = {dim["batch"] * dim["heads"] * dim["query_length"] *
            dim["key_length"] * width
            for width in (dim["qk_dim"], dim["v_dim"])}
    found = []
    for index in block["nodes"]:
        node = report["nodes"][index]
        if node["op_type"] not in PRODUCTS:
            continue
        macs = harness.evaluate(node["macs"], env)
        shapes = [harness.shape_of(tensor, env) for tensor in node["inputs"]]
        result = harness.shape_of(node["outputs"][0], env)
        if node["op_type"] == "MatMul" and len(shapes[1]) == 2:
            rows = math.prod(shapes[0][:-1])
            found.append((macs, rows * shapes[1][0] * shapes[1][1]))
        elif macs in half:
            continue
        else:
            found.append((macs, macs if result else None))
    return found


SUMS = ("nodes", "macs", "flops", "transcendentals", "params",
        "traffic_bytes")


def check_parts(report, env):
    problems = []
    parts, totals = report["parts"], dict(report["totals"])
    totals["nodes"] = len(report["nodes"])
    for key in SUMS if parts else ():
        got = sum(harness.evaluate(part[key], env) or 0 for part in parts)
        whole = totals[key]
        if isinstance(whole, dict):
            whole = harness.evaluate(
                whole["formula"] if whole["value"] is None else
                whole["value"], env)
        if got != whole:
            problems.append("parts have %s %s, the model %s" % (
                key, got, whole))
    core = sum(harness.evaluate(part["macs"], env) for part in parts
               if part["part"] == "attention-core")
    blocks = sum(harness.evaluate(block["core"]["macs"], env)
                 for block in report["attention"]
                 if block["kind"] != "unresolved")
    if core != blocks:
        problems.append("parts: core %s, blocks %s" % (core, blocks))
    if bool(parts) != any(block["kind"] != "unresolved"
                          for block in report["attention"]):
        problems.append("%d parts" % len(parts))
    return problems


def least(report, symbol, length):
    """Symbols at their least, nothing cached, one of them at a length."""
    past = {block["dims"]["past_length"] for block in report["attention"]}
    values = {row["name"]: 0 if row["name"] in past
              else max(1, row["lower"] or 0) for row in report["symbols"]}
    values[symbol] = length
    return harness.environment(report, values)


def share_at(report, symbol, length):
    env = least(report, symbol, length)
    whole = report["totals"]["macs"]
    core = sum(harness.evaluate(part["macs"], env)
               for part in report["parts"]
               if part["part"] == "attention-core")
    return core, harness.evaluate(
        whole["formula"] if whole["value"] is None else whole["value"], env)


def check_growth(report):
    problems = []
    for row in report["growth"]:
        symbol = row["symbol"]
        for share in row["core_share"]:
            core, whole = share_at(report, symbol, share["length"])
            if (core, whole) != (share["core_macs"], share["macs"]) or \
                    share["share"] != float("%.6g" % (core / whole)):
                problems.append("%s at %d: %s of %s, expected %s of %s" % (
                    symbol, share["length"], share["core_macs"],
                    share["macs"], core, whole))
        most = [int(fact["right"]) for fact in report["assumptions"]
                if fact["kind"] == "at-most" and fact["left"] == symbol and
                fact["right"].isdigit()]
        lengths = [share["length"] for share in row["core_share"]]
        if most and lengths and max(lengths) > min(most):
            problems.append("%s: %s, but at most %s" % (symbol, lengths, most))
        if row["crossover"] is None:
            continue
        if most and row["reached"] != (row["crossover"] <= min(most)):
            problems.append("%s: reached %s" % (symbol, row["reached"]))
        for length, above in ((row["crossover"] - 1, False),
                              (row["crossover"], True)):
            core, whole = share_at(report, symbol, length)
            if (2 * core >= whole) != above:
                problems.append("%s: no crossover at %d" % (symbol, length))
    return problems


def check(work):
    binary, name, truth = work
    run = harness.run_json(binary, harness.model_path(name))
    if run.report is None:
        return [run.problem], None
    report, problems = run.report, []
    env = sizes(report, truth)
    for block in report["attention"]:
        where = "block %d" % block["index"]
        core = harness.evaluate(block["core"]["macs"], env)
        outside = harness.evaluate(block["projections"]["macs"], env)
        if core != core_of(block, env):
            problems.append("%s: core %s, closed form %s" % (
                where, core, core_of(block, env)))
        products = nodes_macs(report, block, env)
        if core + outside != products:
            problems.append("%s: %d and %d, nodes %d" % (
                where, core, outside, products))
        for macs, closed in closed_projections(report, block, env):
            if macs != closed:
                problems.append("%s: a projection has %s, closed form %s" % (
                    where, macs, closed))
    problems += check_parts(report, env) + check_growth(report)
    return problems + check_bound(binary, name, report, truth), report


def masks_of(report):
    return [(block["mask"], block["causal"], block["window"])
            for block in report["attention"]]


def check_bound(binary, name, report, truth):
    """What is bound does not change what masks are."""
    known = {symbol["name"] for symbol in report["symbols"]}
    bound = {key: value for key, value in (truth.get("bindings") or {}).items()
             if key in known}
    if not bound or not report["attention"]:
        return []
    run = harness.run_json(binary, harness.model_path(name), "--dim",
                           ",".join("%s=%d" % item for item in bound.items()))
    if run.report is None:
        return [run.problem]
    return [] if masks_of(run.report) == masks_of(report) else [
        "at %s: %s" % (bound, masks_of(run.report)[0])]


def quantity(report):
    return report["totals"]["kv_cache_bytes_per_token"]["value"]


def check_real(binary, name, expected):
    run = harness.run_json(binary, harness.model_path(name), "--dim",
                           "batch=1,seq=1024")
    if run.report is None:
        return [run.problem]
    blocks = run.report["attention"]
    got = (sum(block["projections"]["macs"] for block in blocks),
           sum(block["core"]["macs"] for block in blocks),
           sum(block["core"]["macs_causal"] for block in blocks))
    return [] if got == expected else ["%s, expected %s" % (got, expected)]


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    names = harness.corpus(options.only)
    work = [(options.binary, name, harness.truth_of(name)) for name in names]
    masks, cross = collections.Counter(), 0
    for name, (problems, report) in zip(names, harness.each(check, work)):
        if report is None or report["attention"] or problems:
            tally.add("figures of " + name, problems)
        for block in report["attention"] if report else ():
            masks[tuple(block[key] for key in (
                "form", "mask", "causal", "window"))] += 1
            cross += block["cache"] == "cross"
        if name in CACHED and report:
            tally.add("cache of " + name, [] if quantity(
                report) == 4 * CACHED[name] else [str(quantity(report))])
    if not options.only:
        tally.add("masks and windows of all exports",
                  ["%s: %d, expected %d" % (key, masks[key], MASKS.get(key, 0))
                   for key in set(masks) | set(MASKS)
                   if masks[key] != MASKS.get(key, 0)])
        tally.add("caches of cross-attention",
                  [] if cross == CROSS_CACHES else [str(cross)])
        for name, expected in REAL.items():
            tally.add("published figures of " + name,
                      check_real(options.binary, name, expected))
    tally.close()


if __name__ == "__main__":
    main()

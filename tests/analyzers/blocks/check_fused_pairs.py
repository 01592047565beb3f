#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exports of one model cost the same, fused or spelt out.

Blocks have the same kinds, heads, sizes and MACs, one by one, and the models
the same MACs: as formulas that are evaluated, and at sizes that are bound.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
from support import harness

# What must agree: all MACs; those of all blocks; those of the cores.
MODEL, BLOCKS, CORES = "model", "blocks", "cores"
FAMILIES = [
    (MODEL, "bert_base_T bert_base_D bert_base_D_sdpa bert_base_ortfused "
            "bert_base_dynint8"),
    (BLOCKS, "bert_base_T optimum_bert_fillmask roberta_D"),  # other heads
    (MODEL, "distilbert_D distilbert_T"),
    (MODEL, "gpt2_small_D gpt2_small_T full_gpt2_small_D gpt2_past_D"),
    (MODEL, "llama_gqa_past_D llama_gqa_past_D_sdpa llama_gqa_past_D_op23 "
            "llama_gqa_past_T llama_gqa_past_nbits llama_gqa_past_ortfused "
            "genai_llama_fp16_cuda genai_llama_int4_cpu"),
    (BLOCKS, "llama_gqa_past_D optimum_llama_past"),  # angles by a MatMul
    (MODEL, "full_llama3_8b_past_D full_llama3_8b_past_D_op23 "
            "full_llama3_8b_D"),
    (MODEL, "own_minibert_T o_minibert_ortopt"),
    (MODEL, "sd_unet_D_opset23 sd_unet_T_dyn"),
    (MODEL, "tv_vit_b_16_T tv_vit_b_16_D tv_vit_b_16_D_nooptimize "
            "tv_vit_b_16_D_dynbatch o_vit_b_16_ortopt_vit "
            "o_vit_b_16_D_ortopt_vit q_vit_b_16_dynamic_int8 hf_vit_b_16_T "
            "o_hf_vit_ortopt o_hf_vit_ortopt_fp16"),
    (BLOCKS, "tv_vit_b_16_T vit_base_D"),  # without a classifier
    (MODEL, "tv_swin_t_D tv_swin_t_T_dynbatch"),
    (MODEL, "hf_clip_vit_b32_vision_D hf_clip_vit_b32_vision_T"),
    (MODEL, "hf_dinov2_small_D hf_dinov2_small_T"),
    (MODEL, "t5_small_decoder_D t5_small_decoder_T"),
    # With a cache the keys of the encoder are not projected again.
    (CORES, "t5_small_decoder_T t5_small_decoder_past_T"),
    (CORES, "optimum_t5_decoder_model optimum_t5_decoder_with_past_model"),
    (CORES, "whisper_tiny_decoder_D whisper_tiny_decoder_past_D"),
]
# One UNet is static: a batch of 2, 32 by 32, 77 words; one Whisper always has
# 1500 frames.
STATIC = {"sd_unet_": {"batch": 2, "height": 32, "width": 32, "sequence": 77},
          "whisper_": {"enc_seq": 1500}}
CACHED = ("past", "past_sequence_length", "past_decoder_sequence_length")


def sizes(report, name, tokens, past):
    """Values of all symbols of an export."""
    fixed = next((STATIC[part] for part in STATIC if name.startswith(part)),
                 {})
    values = {"kv_cache_dim": 64, "past_plus_seq": past + tokens,
              "total_sequence_length": past + tokens, "batch": 1,
              "batch_size": 1, **dict.fromkeys(CACHED, past), **fixed}
    return {symbol["name"]: values.get(symbol["name"], tokens)
            for symbol in report["symbols"]}


def block_of(block, env, what):
    def value(said):
        return harness.evaluate(said, env)

    shown = (block["kind"], *(value(block["dims"][dim]) for dim in (
        "batch", "heads", "kv_heads", "query_length", "key_length", "qk_dim",
        "v_dim", "model_dim")), value(block["core"]["macs"]))
    return shown if what == CORES else (
        *shown, value(block["projections"]["macs"]))


def described(report, env, what):
    """All blocks, and all MACs if they must agree."""
    blocks = [block_of(block, env, what) for block in report["attention"]]
    macs = harness.evaluate(report["totals"]["macs"], env)
    return blocks, macs if what == MODEL else None


def asked(binary, name, tokens, past, what):
    """By formulas and bound: both."""
    path = harness.model_path(name)
    run = harness.run_json(binary, path)
    if run.report is None:
        raise ValueError(run.problem)
    values = sizes(run.report, name, tokens, past)
    free = described(run.report, harness.environment(run.report, values),
                     what)
    if not values:
        return [free]
    run = harness.run_json(binary, path, "--dim", ",".join(
        "%s=%d" % pair for pair in values.items()))
    if run.report is None:
        raise ValueError(run.problem)
    return [free, described(run.report, {}, what)]


def differences(name, got, want):
    found = ["%s: %d blocks, not %d" % (name, len(got[0]), len(want[0]))
             ] if len(got[0]) != len(want[0]) else []
    found += ["%s: block %d is %s, not %s" % (name, number, mine, other)
              for number, (mine, other) in enumerate(zip(got[0], want[0]))
              if mine != other]
    return found + (["%s: %s MACs, not %s" % (name, got[1], want[1])]
                    if got[1] != want[1] else [])


def check_family(work):
    binary, what, names = work
    cached = all("past" in name or "genai" in name for name in names)
    problems = []
    for tokens, past in ((17, 0), (5, 11), (1, 30)) if cached else ((17, 0),):
        want = None
        for name in names:
            try:
                answers = asked(binary, name, tokens, past, what)
            except ValueError as error:
                return ["%s: %s" % (name, error)]
            want = want or answers[0]
            if not want[0]:
                return ["%s: no block" % name]
            for got in answers:
                problems += differences(name, got, want)
    return problems


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    work = [(options.binary, what, names.split())
            for what, names in FAMILIES if options.only in names]
    for (_, what, names), problems in zip(work,
                                          harness.each(check_family, work)):
        tally.add("the same %s: %s" % (what, ", ".join(names)), problems)
    tally.close()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Hand-made graphs for check_costs_data.py, in ONNX's textual syntax.

In here: the smallest graph for each rule that ONNX's own node tests miss.
Not in here: what they cost (law_data.py).
"""

X = "float[2,3,4] x"
Y = "float y"


def graph(inputs, outputs, body, constants="", opset=21, domain=""):
    return ('<ir_version: 8, opset_import: ["" : %d%s]>\n'
            "g (%s) => (%s) <%s> {\n%s\n}" % (
                opset, ', "%s" : 1' % domain if domain else "",
                inputs, outputs, constants, body))


def elementwise():
    """Broadcasts, one-element tensors, the same operand twice, types."""
    for name in ("Add", "Mul", "Sub", "Div"):
        yield name + "_same_twice", graph(X, Y, "y = %s(x, x)" % name)
        yield name + "_broadcast", graph(
            X + ", float[3,1] b", Y, "y = %s(x, b)" % name)
        yield name + "_scalar", graph(
            X + ", float[1] b", Y, "y = %s(x, b)" % name)
        yield name + "_one_element", graph(
            "float[1,1] x, float b", Y, "y = %s(x, b)" % name)
        yield name + "_outer", graph(
            "float[4,1] x, float[5] b", Y, "y = %s(x, b)" % name)
        yield name + "_none", graph(
            "float[2,0,3] x, float[3] b", Y, "y = %s(x, b)" % name)
        yield name + "_constant", graph(
            X, Y, "y = %s(x, w)" % name, "float[4] w = {1,2,3,4}")
        yield name + "_legacy", graph(
            "float[2,3,4] x, float[3] b", Y,
            "y = %s <axis = 1, broadcast = 1> (x, b)" % name, opset=6)
    for kind in ("double", "float16", "bfloat16", "int64", "int32", "uint8"):
        yield "Add_" + kind, graph(
            "%s[2,3] x, %s[2,1] b" % (kind, kind), kind + " y",
            "y = Add(x, b)")
        yield "Greater_" + kind, graph(
            "%s[2,3] x, %s[1] b" % (kind, kind), "bool y",
            "y = Greater(x, b)")
    yield "Where_all", graph(
        "bool[3,1] c, float[2,3,4] x, float[4] z", Y, "y = Where(c, x, z)")
    yield "Where_same", graph("bool[3] c, float[2,3] x", Y,
                              "y = Where(c, x, x)")
    for name in ("Sum", "Max", "Min", "Mean"):
        yield name + "_1", graph(X, Y, "y = %s(x)" % name)
        yield name + "_3", graph(X + ", float[4] b", Y,
                                 "y = %s(x, b, x)" % name)
    for bounds in ("x", "x, low", "x, low, high", "x, , high"):
        yield "Clip_" + "".join(c for c in bounds if c.isalpha()), graph(
            X + ", float low, float high", Y, "y = Clip(%s)" % bounds)
    for given in ("", "<min = 0.0>", "<max = 6.0>", "<min = 0.0, max = 6.0>"):
        yield "Clip_6_%d" % len(given), graph(
            X, Y, "y = Clip %s (x)" % given, opset=6)
    for kind in ("<detect_negative = 0>", "<detect_positive = 0>", ""):
        yield "IsInf_%d" % len(kind), graph(X, "bool y",
                                            "y = IsInf %s (x)" % kind)
    for kind in ("float", "float16"):
        for name in ("Relu", "Sigmoid", "Softplus", "Mish", "HardSwish",
                     "Elu", "Selu", "Celu", "Shrink", "Softsign", "LeakyRelu",
                     "HardSigmoid", "ThresholdedRelu", "Erf", "Round", "Neg",
                     "Reciprocal", "Gelu"):
            yield "%s_%s" % (name, kind), graph(
                "%s[2,3,4] x" % kind, kind + " y", "y = %s(x)" % name)
            yield "%s_%s_one" % (name, kind), graph(
                "%s[1,1] x" % kind, kind + " y", "y = %s(x)" % name)
    yield "PRelu_constant", graph(X, Y, "y = PRelu(x, s)",
                                  "float[4] s = {1,2,3,4}")
    yield "Gelu_tanh", graph(X, Y, 'y = Gelu <approximate = "tanh"> (x)')
    yield "Swish_alpha", graph(X, Y, "y = Swish <alpha = 2.0> (x)", opset=24)
    for kind in ("Softmax", "LogSoftmax", "Hardmax"):
        for opset, axis in ((11, 1), (11, 2), (11, 0), (13, 1), (13, -1)):
            yield "%s_%d_%d" % (kind, opset, axis), graph(
                X, Y, "y = %s <axis = %d> (x)" % (kind, axis), opset=opset)


def powers():
    for exponent in (0, 1, 2, 3, 4, 5, -1, -2, 0.5, -0.5, 1.5):
        yield "Pow_%s" % exponent, graph(X, Y, "y = Pow(x, e)",
                                         "float e = {%s}" % exponent)
    yield "Pow_one_element", graph(X, Y, "y = Pow(x, e)", "float[1] e = {2}")
    yield "Pow_vector", graph(X, Y, "y = Pow(x, e)",
                              "float[4] e = {2,2,2,2}")
    yield "Pow_data", graph(X + ", float e", Y, "y = Pow(x, e)")
    yield "Pow_of_size", graph(
        "float[2,3,4] x", Y,
        "s = Shape <start = 1, end = 2> (x)\n e = Cast <to = 1> (s)\n"
        "y = Pow(x, e)")
    yield "Pow_of_constant", graph(
        X, Y, "e = Constant <value_float = 3.0> ()\n y = Pow(x, e)")


def reductions():
    names = ["Reduce" + kind for kind in (
        "Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare",
        "LogSum", "LogSumExp")]
    for name in names:
        yield name + "_all", graph(X, Y, "y = %s(x)" % name, opset=18)
        yield name + "_noop", graph(
            X, Y, "y = %s <noop_with_empty_axes = 1> (x)" % name, opset=18)
        yield name + "_noop_empty", graph(
            X, Y, "y = %s <noop_with_empty_axes = 1> (x, a)" % name,
            "int64[0] a = {}", opset=18)
        yield name + "_axes", graph(
            X, Y, "y = %s <keepdims = 0> (x, a)" % name,
            "int64[2] a = {0, -1}", opset=18)
        yield name + "_11", graph(
            X, Y, "y = %s <axes = [1]> (x)" % name, opset=11)
        yield name + "_one", graph(
            "float[2,1,3] x", Y, "y = %s (x, a)" % name, "int64[1] a = {1}",
            opset=18)
        yield name + "_none", graph(
            "float[2,0,3] x", Y, "y = %s (x, a)" % name, "int64[1] a = {1}",
            opset=18)
    for name in ("ArgMax", "ArgMin"):
        yield name, graph(X, "int64 y", "y = %s <axis = 1> (x)" % name)
        yield name + "_flat", graph("float16[5] x", "int64 y",
                                    "y = %s <keepdims = 0> (x)" % name)
    yield "CumSum", graph(X, Y, "y = CumSum <exclusive = 1> (x, a)",
                          "int64 a = {1}")
    yield "CumSum_negative", graph(X, Y, "y = CumSum <reverse = 1> (x, a)",
                                   "int32 a = {-1}")
    for k in (1, 2, 3, 5, 8):
        yield "TopK_%d" % k, graph(
            "float[4,9] x", "float y, int64 i", "y, i = TopK(x, k)",
            "int64[1] k = {%d}" % k)
        yield "TopK_1_%d" % k, graph(
            "float[9,4] x", "float y, int64 i",
            "y, i = TopK <axis = 0, k = %d> (x)" % k, opset=1)
    yield "TopK_only_values", graph(
        "float[4,9] x", Y, 'y, "" = TopK(x, k)', "int64[1] k = {3}")
    yield "Unique_axis", graph("float[4,6] x", Y, "y = Unique <axis = 1> (x)")
    yield "Unique_all", graph("int64[30] x", "int64 y, int64 i, int64 j",
                              "y, i, j = Unique(x)")
    yield "NonZero_bool", graph("bool[4,6] x", "int64 y", "y = NonZero(x)")
    yield "Compress_flat", graph("float[4,6] x, bool[7] c", Y,
                                 "y = Compress(x, c)")
    yield "Compress_axis", graph("float[4,6] x, bool[4] c", Y,
                                 "y = Compress <axis = 0> (x, c)")


def views():
    for name, perm, shape in (
            ("identity", "0,1,2", "2,3,4"), ("ones", "1,0,2", "1,3,4"),
            ("last_one", "0,2,1", "2,3,1"), ("swap", "0,2,1", "2,3,4"),
            ("ones_and_swap", "2,0,1", "2,1,4"), ("reverse", "2,1,0",
                                                  "1,5,1")):
        yield "Transpose_" + name, graph(
            "float[%s] x" % shape, Y,
            "y = Transpose <perm = [%s]> (x)" % perm)
    yield "Transpose_default", graph(X, Y, "y = Transpose (x)")
    for kind in ("int4", "uint4"):
        yield "Transpose_" + kind, graph(
            "%s[3,5] x" % kind, kind + " y", "y = Transpose (x)")
        yield "Reshape_" + kind, graph(
            "%s[3,5] x" % kind, kind + " y", "y = Reshape (x, s)",
            "int64[1] s = {-1}")
        yield "Cast_" + kind, graph("%s[3,5] x" % kind, Y,
                                    "y = Cast <to = 1> (x)")
        yield "Cast_to_" + kind, graph(
            "float[3,5] x", kind + " y",
            "y = Cast <to = %d> (x)" % {"int4": 22, "uint4": 21}[kind])
    for name, text in (
            ("Reshape", "Reshape (x, s)"), ("Flatten", "Flatten (x)"),
            ("Identity", "Identity (x)"), ("Unsqueeze", "Unsqueeze (x, a)"),
            ("Cast_same", "Cast <to = 1> (x)"),
            ("Concat_1", "Concat <axis = 0> (x)")):
        yield "view_" + name, graph(X, Y, "y = " + text,
                                    "int64[2] s = {6, -1}, int64[1] a = {0}")
    yield "Cast_equal_width", graph("int32[2,3] x", "uint32 y",
                                    "y = Cast <to = 12> (x)")
    yield "Cast_half", graph(X, "float16 y", "y = Cast <to = 10> (x)")
    yield "Cast_one", graph("float[1] x", "float16 y",
                            "y = Cast <to = 10> (x)")
    yield "Cast_bool", graph("int64[7] x", "bool y", "y = Cast <to = 9> (x)")
    for shape in ("2,3,4", "1", "3,1", "5,2,3,4", "2,1,1"):
        yield "Expand_" + shape, graph(
            X, Y, "y = Expand (x, s)", "int64[%d] s = {%s}" % (
                shape.count(",") + 1, shape))
    yield "Expand_one", graph("float[1,1] x", Y, "y = Expand (x, s)",
                              "int64[2] s = {3,4}")
    for repeats in ("1,1,1", "2,1,1", "1,2,3"):
        yield "Tile_" + repeats, graph(X, Y, "y = Tile (x, r)",
                                       "int64[3] r = {%s}" % repeats)
    for pads in ("0,0,0,0", "1,0,0,1", "-1,0,1,0", "-1,0,0,-1"):
        yield "Pad_" + pads, graph("float[3,4] x", Y, "y = Pad (x, p)",
                                   "int64[4] p = {%s}" % pads)
        yield "Pad_2_" + pads, graph(
            "float[3,4] x", Y, "y = Pad <pads = [%s]> (x)" % pads, opset=2)
    yield "Pad_axes", graph("float[3,4] x, float v", Y, "y = Pad (x, p, v, a)",
                            "int64[2] p = {1, 1}, int64[1] a = {1}")
    yield "CenterCropPad_same", graph(
        "float[3,4] x", Y, "y = CenterCropPad (x, s)", "int64[2] s = {3, 4}")
    yield "CenterCropPad", graph(
        "float[3,4] x", Y, "y = CenterCropPad (x, s)", "int64[2] s = {5, 2}")
    yield "Trilu", graph("float[3,4] x", Y, "y = Trilu (x, k)",
                         "int64 k = {1}")
    yield "DepthToSpace", graph("float16[1,8,2,3] x", "float16 y",
                                "y = DepthToSpace <blocksize = 2> (x)")
    yield "SpaceToDepth", graph("float16[1,2,4,6] x", "float16 y",
                                "y = SpaceToDepth <blocksize = 2> (x)")


def slices():
    """Contiguous parts are views; others are read as far as selected."""
    for name, shape, given in (
            ("outer", "4,5", ((1, 3, 0, 1),)),
            ("outer_of_ones", "1,1,4,5", ((1, 3, 2, 1),)),
            ("inner", "4,5", ((1, 3, 1, 1),)),
            ("nothing", "4,5", ((0, 9, 0, 1), (0, 9, 1, 1))),
            ("nothing_and_outer", "4,5", ((1, 3, 0, 1), (0, 9, 1, 1))),
            ("step", "4,5", ((0, 4, 0, 2),)),
            ("reverse", "4,5", ((-1, -9, 0, -1),)),
            ("reverse_one", "1,5", ((-1, -9, 0, -1),)),
            ("both", "4,5", ((1, 3, 0, 1), (0, 2, 1, 1))),
            ("one_then_inner", "4,5", ((1, 2, 0, 1), (0, 2, 1, 1))),
            ("to_one", "4,5", ((1, 2, 1, 1),)),
            ("to_one_element", "4,5", ((1, 2, 0, 1), (1, 2, 1, 1))),
            ("one_element_of_vector", "4", ((1, 2, 0, 2),)),
            ("to_none", "4,5", ((2, 2, 1, 1),)),
            ("negative_ends", "4,5", ((-3, -1, -2, 1),)),
            ("inner_steps", "4,6", ((1, 6, 1, 2),))):
        lists = ["{%s}" % ",".join(map(str, part)) for part in zip(*given)]
        count = len(given)
        yield "Slice_" + name, graph(
            "float[%s] x" % shape, Y, "y = Slice (x, s, e, a, t)",
            ", ".join("int64[%d] %s = %s" % (count, key, values)
                      for key, values in zip("seat", lists)))
        if all(step == 1 for _, _, _, step in given):
            starts, ends, axes, _ = (text.replace("{", "[").replace("}", "]")
                                     for text in lists)
            yield "Slice_1_" + name, graph(
                "float[%s] x" % shape, Y,
                "y = Slice <starts = %s, ends = %s, axes = %s> (x)" % (
                    starts, ends, axes), opset=9)
    yield "Slice_int4", graph(
        "int4[3,5] x", "int4 y", "y = Slice (x, s, e, a)",
        "int64[1] s = {1}, int64[1] e = {4}, int64[1] a = {1}")
    for axis, shape, split in ((0, "4,6", "1,3"), (1, "4,6", "2,4"),
                               (1, "1,6", "2,4"), (1, "4,6", "1,5"),
                               (1, "4,2", "1,1"), (1, "4,6", "0,6"),
                               (-1, "2,2", "1,1")):
        for opset in (11, 13):
            text = ("<axis = %d, split = [%s]> (x)" % (axis, split)
                    if opset < 13 else "<axis = %d> (x, s)" % axis)
            yield "Split_%d_%s_%s_%d" % (opset, shape, split, axis), graph(
                "float[%s] x" % shape, "float y, float z",
                "y, z = Split " + text,
                "int64[2] s = {%s}" % split if opset == 13 else "", opset)
    yield "Split_int4", graph(
        "int4[3,6] x", "int4 y, int4 z",
        "y, z = Split <axis = 1, num_outputs = 2> (x)")
    yield "Split_int4_outer", graph(
        "int4[6,3] x", "int4 y, int4 z",
        "y, z = Split <axis = 0, num_outputs = 2> (x)")
    yield "Split_one_output", graph(
        "float[4,6] x", Y, "y = Split <axis = 1, num_outputs = 1> (x)")
    yield "Split_unread", graph(
        "float[4,6] x", Y, "y, z = Split <axis = 1, num_outputs = 2> (x)")
    yield "Split_unnamed", graph(
        "float[4,6] x", Y, 'y, "" = Split <axis = 1, num_outputs = 2> (x)')


def gathers():
    for axis in (0, 1, 2):
        for indices in ("int64 i", "int64[1] i", "int64[3] i",
                        "int32[2,2] i"):
            yield "Gather_%d_%s" % (axis, indices), graph(
                X + ", " + indices, Y, "y = Gather <axis = %d> (x, i)" % axis)
    for constant in ("int64 i = {1}", "int64[1] i = {1}",
                     "int64[3] i = {1, 0, 1}"):
        yield "Gather_by_" + constant, graph(
            X, Y, "y = Gather <axis = 0> (x, i)", constant)
    yield "Gather_embedding", graph(
        "int64[2,5] i", Y, "y = Gather (w, i)",
        "float[3,2] w = {1,2,3,4,5,6}")
    yield "Gather_element", graph("float[7] x", Y, "y = Gather (x, i)",
                                  "int64 i = {3}")
    yield "Gather_itself", graph("int64[7] x", "int64 y", "y = Gather (x, x)")
    yield "GatherElements", graph("float[3,4] x, int64[2,4] i", Y,
                                  "y = GatherElements (x, i)")
    yield "GatherND_rows", graph("float[3,4,5] x, int64[6,2] i", Y,
                                 "y = GatherND (x, i)")
    yield "GatherND_batch", graph(
        "float[2,4,5] x, int64[2,3,1] i", Y,
        "y = GatherND <batch_dims = 1> (x, i)")
    yield "OneHot_float", graph(
        "int64[5] i, float[2] v", Y, "y = OneHot (i, d, v)",
        "int64 d = {4}")
    yield "OneHot_constant", graph(
        "int64[5] i", Y, "y = OneHot (i, d, v)",
        "int64 d = {4}, float[2] v = {0, 1}")
    yield "ReverseSequence", graph(
        "float[4,3,5] x, int64[3] n", Y, "y = ReverseSequence (x, n)")
    yield "EyeLike", graph("float[3,4] x", "double y",
                           "y = EyeLike <dtype = 11> (x)")
    yield "CastLike", graph("float[3,4] x, float16[9] l", "float16 y",
                            "y = CastLike (x, l)")
    yield "CastLike_same", graph("float[3,4] x, float[9] l", Y,
                                 "y = CastLike (x, l)")
    yield "CastLike_of_constant", graph(
        "float16[9] l", "float16 y", "y = CastLike (c, l)",
        "float[3] c = {1, 2, 3}")
    yield "Concat_twice", graph(X, Y, "y = Concat <axis = 1> (x, x)")
    yield "Concat_scalar", graph("float[4] x, float[1] b", Y,
                                 "y = Concat <axis = 0> (x, b)")
    yield "Concat_empty", graph("float[4,3] x, float[0,3] b", Y,
                                "y = Concat <axis = 0> (x, b)")
    yield "Concat_int4", graph("int4[3] x, int4[5] b", "int4 y",
                               "y = Concat <axis = 0> (x, b)")
    yield "Concat_constant", graph(
        X, Y, "y = Concat <axis = 2> (x, c)",
        "float[2,3,1] c = {1,2,3,4,5,6}")


SCATTERS = (
    ("ScatterElements <axis = 1>", "int64[3,2] i", "float[3,2] u"),
    ("ScatterElements <axis = 1, reduction = \"add\">", "int64[3,2] i",
     "float[3,2] u"),
    ("ScatterElements", "int64[1,1] i", "float[1,1] u"),
    ("ScatterND", "int64[2,1] i", "float[2,5] u"),
    ("ScatterND <reduction = \"max\">", "int64[2,1] i", "float[2,5] u"),
    ("ScatterND", "int64[3,2] i", "float[3] u"))


def scatters():
    """In place where the data dies here: an intermediate, read by nobody
    else under any name, and no output."""
    for number, (text, indices, updates) in enumerate(SCATTERS):
        def of(name, body, outputs=Y, constants="", inputs="float[3,5] x, "):
            head, _, attributes = text.partition(" ")
            call = "%s %s (%%s, i, u)" % (head, attributes)
            return "Scatter_%d_%s" % (number, name), graph(
                inputs + indices + ", " + updates, outputs,
                body.replace("SCATTER", call).replace("%s", "d"), constants)

        yield of("input", "d = Identity (x)\n y = SCATTER")
        yield of("dies", "d = Relu (x)\n y = SCATTER")
        yield of("read_later",
                 "d = Relu (x)\n y = SCATTER\n z = Abs (d)",
                 "float y, float z")
        yield of("read_before",
                 "d = Relu (x)\n z = Abs (d)\n y = SCATTER",
                 "float y, float z")
        yield of("output", "d = Relu (x)\n y = SCATTER", "float y, float d")
        yield of("alias_read_later",
                 "d = Relu (x)\n f = Flatten (d)\n y = SCATTER\n z = Abs (f)",
                 "float y, float z")
        yield of("of_alias",
                 "r = Relu (x)\n d = Identity (r)\n y = SCATTER")
        yield of("of_alias_root_read",
                 "r = Relu (x)\n d = Identity (r)\n y = SCATTER\n"
                 "z = Abs (r)", "float y, float z")
        yield of("dead_reader",
                 "d = Relu (x)\n y = SCATTER\n z = Abs (d)")
        yield of("constant", "y = SCATTER", constants="float[3,5] d = {" +
                 ",".join(map(str, range(15))) + "}", inputs="")
        yield of("folded", "d = Relu (c)\n y = SCATTER",
                 constants="float[3,5] c = {" +
                 ",".join(map(str, range(15))) + "}", inputs="")
        yield of("generated",
                 "s = Shape (x)\n d = ConstantOfShape (s)\n y = SCATTER")
    yield "TensorScatter", graph(
        "float[2,1,8,4] x, float[2,1,3,4] u, int64[2] i", Y,
        "y = TensorScatter (x, u, i)", opset=24)
    yield "TensorScatter_dies", graph(
        "float[2,1,8,4] x, float[2,1,3,4] u, int64[2] i", Y,
        "d = Relu (x)\n y = TensorScatter (d, u, i)", opset=24)


def random():
    yield "RandomNormal", graph(
        "float[1] x", Y, "y = RandomNormal <shape = [3, 4]> ()")
    yield "RandomUniform_16", graph(
        "float[1] x", "float16 y",
        "y = RandomUniform <shape = [3, 4], dtype = 10> ()")
    yield "RandomNormalLike", graph(X, Y, "y = RandomNormalLike (x)")
    yield "RandomUniformLike_constant", graph(
        "float[1] x", Y, "y = RandomUniformLike (c)",
        "float[3] c = {1, 2, 3}")
    yield "Bernoulli", graph(X, "bool y", "y = Bernoulli <dtype = 9> (x)")
    yield "Multinomial", graph(
        "float[3,10] x", "int32 y", "y = Multinomial <sample_size = 4> (x)")
    yield "Multinomial_constant", graph(
        "float[1] x", "int64 y",
        "y = Multinomial <sample_size = 4, dtype = 7> (c)",
        "float[1,3] c = {1, 2, 3}")
    for name, opset, text in (
            ("13", 13, "Dropout (x)"), ("7", 7, "Dropout (x)"),
            ("6", 6, "Dropout (x)"), ("6_test", 6, "Dropout <is_test=1> (x)"),
            ("13_off", 13, "Dropout (x, r, no)"),
            ("13_on", 13, "Dropout (x, r, yes)"),
            ("13_zero", 13, "Dropout (x, z, yes)")):
        constants = ("float r = {0.5}, float z = {0.0}, bool no = {0}, "
                     "bool yes = {1}")
        yield "Dropout_" + name, graph(X, Y, "y = " + text, constants, opset)
        yield "Dropout_mask_" + name, graph(
            X, Y + (", bool m" if opset > 9 else ", float m"),
            "y, m = " + text, constants, opset)
    domain = "ai.onnx.preview.training"
    head = "float r, int64 t, float[2,3] a, float[5] b, float[2,3] c, "
    yield "Momentum_two", graph(
        head + "float[5] d, float[2,3] e, float[5] f",
        "float p, float q, float v, float w",
        'p, q, v, w = %s.Momentum <mode = "nesterov", alpha = 0.9, '
        "beta = 1.0, norm_coefficient = 0.1> (r, t, a, b, c, d, e, f)" %
        domain, domain=domain)


def quantized():
    for zero in ("", ", z"):
        yield "QuantizeLinear" + zero, graph(
            X, "uint8 y", "y = QuantizeLinear (x, s%s)" % zero,
            "float s = {0.5}, uint8 z = {3}")
        yield "QuantizeLinear_axis" + zero, graph(
            X, "uint8 y", "y = QuantizeLinear <axis = 1> (x, s%s)" % zero,
            "float[3] s = {1, 2, 3}, uint8[3] z = {1, 2, 3}")
        yield "DequantizeLinear_axis" + zero, graph(
            "int8[2,3,4] x", Y,
            "y = DequantizeLinear <axis = 1> (x, s%s)" % zero,
            "float[3] s = {1, 2, 3}, int8[3] z = {1, 2, 3}")
        weights = ("int8[2,3] w = {1,2,3,4,5,6}, float[3] s = {1,2,3}, "
                   "int8[3] z = {1,2,3}")
        dequantize = "q = DequantizeLinear <axis = 1> (w, s%s)\n" % zero
        yield "folded_weight" + zero, graph(
            "float[2,3] x", Y, dequantize + "y = Add (x, q)", weights)
        yield "folded_weight_transposed" + zero, graph(
            "float[3,2] x", Y,
            dequantize + "t = Transpose (q)\n y = Mul (x, t)", weights)
        yield "folded_weight_view" + zero, graph(
            "float[6] x", Y,
            dequantize + "t = Reshape (q, shape)\n y = Mul (x, t)",
            weights + ", int64[1] shape = {-1}")
        yield "folded_weight_scalar_scale" + zero, graph(
            "float[2,3] x", Y,
            "q = DequantizeLinear (w, s%s)\n y = Add (x, q)" % zero,
            "int8[2,3] w = {1,2,3,4,5,6}, float s = {1}, int8 z = {1}")
        yield "folded_weight_cast" + zero, graph(
            "float[2,3] x", Y,
            dequantize + "t = Identity (q)\n y = Add (x, t)", weights)
        yield "folded_weight_twice" + zero, graph(
            "float[2,3] x", "float y, float v",
            dequantize + "y = Add (x, q)\n v = Mul (x, q)", weights)
    yield "folded_blocks", graph(
        "float[4,3] x", Y,
        "q = DequantizeLinear <axis = 0, block_size = 2> (w, s, z)\n"
        "y = Add (x, q)",
        "int4[4,3] w = {1,2,3,4,5,6,7,0,1,2,3,4}, "
        "float16[2,3] s = {1,2,3,4,5,6}, int4[2,3] z = {1,2,3,4,5,6}")
    yield "folded_computed", graph(
        "float[2,3] x", Y,
        "q = DequantizeLinear (w, s)\n t = Neg (q)\n y = Add (x, t)",
        "int8[2,3] w = {1,2,3,4,5,6}, float s = {1}")
    yield "folded_table_by_row", graph(
        "int64[5] i", Y,
        "q = DequantizeLinear <axis = 0> (w, s)\n y = Gather (q, i)",
        "int4[4,6] w = {1,2,3,4,5,6,1,2,3,4,5,6,1,2,3,4,5,6,1,2,3,4,5,6}, "
        "float[4] s = {1,2,3,4}")
    yield "folded_table", graph(
        "int64[5] i", Y,
        "q = DequantizeLinear (w, s)\n y = Gather (q, i)",
        "int8[2,3] w = {1,2,3,4,5,6}, float s = {1}")
    yield "folded_int4", graph(
        "float[3,3] x", Y, "q = DequantizeLinear (w, s)\n y = Add (x, q)",
        "int4[3,3] w = {1,2,3,4,5,6,7,0,1}, float s = {1}")


def engine():
    """Rules that look beyond one node."""
    yield "reshape_chain", graph(
        "float[2,3,4] x", Y,
        "s = Shape (x)\n b = Gather (s, zero)\n u = Unsqueeze (b, axes)\n"
        "c = Concat <axis = 0> (u, rest)\n y = Reshape (x, c)",
        "int64 zero = {0}, int64[1] axes = {0}, int64[1] rest = {-1}")
    yield "scalar_arithmetic", graph(
        "float[2,3,4] x", Y,
        "s = Shape (x)\n d = Gather (s, two)\n f = Cast <to = 1> (d)\n"
        "r = Sqrt (f)\n q = Div (one, r)\n y = Mul (x, q)",
        "int64 two = {2}, float one = {1}")
    yield "mask_of_shapes", graph(
        "float[4,5] x", Y,
        "s = Shape (x)\n o = ConstantOfShape (s)\n t = Trilu (o)\n"
        "y = Add (x, t)")
    yield "mask_of_ranges", graph(
        "float[4,5] x", Y,
        "s = Shape (x)\n n = Gather (s, zero)\n m = Gather (s, one)\n"
        "r = Range (zero, n, one)\n p = Range (zero, m, one)\n"
        "u = Unsqueeze (r, last)\n g = Less (u, p)\n"
        "y = Where (g, x, minus)",
        "int64 zero = {0}, int64 one = {1}, int64[1] last = {1}, "
        "float minus = {-1}")
    yield "mask_expanded", graph(
        "float[2,4,5] x", Y,
        "s = Shape <start = 1> (x)\n f = ConstantOfShape (s)\n"
        "t = Shape (x)\n e = Expand (f, t)\n y = Add (x, e)")
    yield "mask_back_to_vector", graph(
        "float[4,5] x", Y,
        "s = Shape (x)\n f = ConstantOfShape (s)\n g = ReduceSum (f, a)\n"
        "h = Squeeze (g, a)\n y = Mul (x, h)", "int64[1] a = {0}")
    yield "view_of_shape", graph(
        "float[4,5] x", "int64 y",
        "s = Shape (x)\n u = Unsqueeze (s, a)\n y = Add (u, u)",
        "int64[1] a = {0}")
    yield "shape_is_output", graph("float[4,5] x", "int64 y, int64 z",
                                   "y = Shape (x)\n z = Size (x)")
    yield "shape_of_constant", graph(
        "float[2] x", "int64 y, int64 z",
        "y = Shape (c)\n z = Shape (x)", "float[3] c = {1, 2, 3}")
    yield "constants", graph(
        X, Y, "c = Constant <value_floats = [1.0, 2.0, 3.0, 4.0]> ()\n"
        "d = Mul (c, c)\n e = Sqrt (d)\n y = Add (x, e)")
    yield "computed_from_weight", graph(
        X, Y, "d = Sqrt (w)\n e = Neg (d)\n y = Add (x, e)",
        "float[4] w = {1,2,3,4}")
    yield "computed_from_weights", graph(
        X, Y, "d = Mul (w, v)\n y = Add (x, d)",
        "float[4] w = {1,2,3,4}, float[4] v = {1,2,3,4}")
    yield "weight_expanded_for_data", graph(
        "float[2,3,4] x", Y,
        "b = Shape <start = 0, end = 1> (x)\n"
        "s = Concat <axis = 0> (b, rest)\n t = Expand (w, s)\n"
        "y = Concat <axis = 1> (t, x)",
        "int64[2] rest = {1, 4}, float[1,1,4] w = {1,2,3,4}")
    yield "weight_cut_for_data", graph(
        "float[2,3] x", Y,
        "n = Shape <start = 0, end = 1> (x)\n r = Slice (w, zero, n, zero)\n"
        "y = Add (x, r)",
        "int64[1] zero = {0}, float[3,3] w = {1,2,3,4,5,6,7,8,9}")
    yield "generated_constant", graph(
        X, Y, "d = ConstantOfShape (s)\n y = Add (x, d)",
        "int64[1] s = {4}")
    yield "cast_weight", graph(
        X, Y, "d = Cast <to = 1> (w)\n y = Add (x, d)",
        "float16[4] w = {1,2,3,4}")
    yield "expanded_weight", graph(
        X, Y, "d = Expand (w, s)\n y = Add (x, d)",
        "float[4] w = {1,2,3,4}, int64[2] s = {3, 4}")
    yield "folded_initializer", graph(
        X, Y, "d = Transpose (w)\n y = Mul (x, d)",
        "float[4,3] w = {1,2,3,4,5,6,7,8,9,10,11,12}")
    yield "weight_twice", graph(
        X, Y, "d = Mul (x, w)\n y = Add (d, w)", "float[4] w = {1,2,3,4}")
    yield "weight_same_node", graph(
        "bool[4] c", Y, "y = Where (c, w, w)", "float[4] w = {1,2,3,4}")
    yield "dead_nodes", graph(
        X, Y, "d = Exp (x)\n e = Log (d)\n y = Relu (x)")
    yield "dead_order", graph(
        X, "float y, float z",
        "y = Relu (x)\n d = Exp (x)\n z = Abs (x)")
    yield "unread_output", graph(
        "float[4,9] x", Y, "y, i = TopK(x, k)", "int64[1] k = {3}")
    yield "steered_by_input", graph(
        "float[2,3,4] x, int64[2] s", Y, "y = Reshape (x, s)")
    yield "steered_by_arithmetic", graph(
        "float[2,3,4] x, int64 n", Y,
        "u = Unsqueeze (n, a)\n c = Concat <axis = 0> (u, r)\n"
        "y = Reshape (x, c)", "int64[1] a = {0}, int64[1] r = {-1}")
    yield "steered_range", graph(
        "int64 n", "int64 y", "y = Range (zero, n, one)",
        "int64 zero = {0}, int64 one = {1}")
    yield "steered_slice", graph(
        "float[6,4] x, int64[1] e", Y, "y = Slice (x, s, e)",
        "int64[1] s = {0}")
    yield "input_that_is_initializer", graph(
        "float[2,3] x, float[3] w = {1, 2, 3}", Y,
        "v = Sqrt (w)\n y = Add (x, v)")
    yield "rank_1_of_data", graph(
        "float[5] x", "int64 y",
        "i = Cast <to = 7> (x)\n j = Add (i, one)\n y = Mul (j, j)",
        "int64 one = {1}")
    yield "size_scales", graph(
        "float[4,5] x", Y,
        "n = Size (x)\n f = Cast <to = 1> (n)\n y = Div (x, f)")


def sequences():
    yield "sequence_pointers", graph(
        X + ", float[2,3,4] b", "float y, int64 n",
        "s = SequenceConstruct (x, b)\n i = SequenceInsert (s, x)\n"
        "y = SequenceAt (i, p)\n n = SequenceLength (i)", "int64 p = {1}")
    yield "sequence_cut_and_join", graph(
        "float[4,6] x", Y,
        "s = SplitToSequence <axis = 1> (x, n)\n"
        "y = ConcatFromSequence <axis = 0> (s)", "int64 n = {2}")
    yield "strings", graph(
        "string[3] x, string[3] b", "string y", "y = StringConcat (x, b)")
    yield "string_scalar", graph(
        "string[1] x, string b", "string y", "y = StringConcat (x, b)")


def graphs():
    for family in (elementwise, powers, reductions, views, slices, gathers,
                   scatters, random, quantized, engine, sequences):
        for name, text in family():
            yield "%s/%s" % (family.__name__, name), text

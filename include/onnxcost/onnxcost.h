/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/onnxcost.h - the library as a whole: load, analyze, read, write.
 *
 * In here: every public header but plugin.h, which operators include.
 */
#ifndef ONNXCOST_ONNXCOST_H
#define ONNXCOST_ONNXCOST_H

#include "onnxcost/analyze.h"
#include "onnxcost/compat.h"
#include "onnxcost/error.h"
#include "onnxcost/expr.h"
#include "onnxcost/formula.h"
#include "onnxcost/gate.h"
#include "onnxcost/model.h"
#include "onnxcost/operators.h"
#include "onnxcost/report.h"
#include "onnxcost/write.h"

#endif

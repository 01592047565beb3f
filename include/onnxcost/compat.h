/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/compat.h - what a compiler adds to C17, under portable names.
 *
 * In here: attributes, C linkage and visibility, 128-bit integers,
 * overflow-checked builtins.
 * Not in here: what an operating system adds (base/os.h).
 */
#ifndef ONNXCOST_COMPAT_H
#define ONNXCOST_COMPAT_H

#if defined(__GNUC__)
/* The result must be looked at; arguments are checked against a format; does
 * not return; may be unused; goes on in the next case on purpose; visible
 * outside a shared library. */
#define OC_NODISCARD __attribute__((warn_unused_result))
#define OC_PRINTF(format_index, first_index)                                   \
    __attribute__((format(printf, format_index, first_index)))
#define OC_NORETURN __attribute__((noreturn))
#define OC_UNUSED __attribute__((unused))
#define OC_FALLTHROUGH __attribute__((fallthrough))
#define OC_EXPORT __attribute__((visibility("default")))
#else
#error "onnxcost needs a compiler with GNU builtins (gcc or clang)"
#endif

/* Around what a public header declares: it has C linkage in C++, and a shared
 * library shows it, and nothing else. */
#ifdef __cplusplus
#define OC_BEGIN_API                                                           \
    extern "C" {                                                               \
    _Pragma("GCC visibility push(default)")
#define OC_END_API                                                             \
    _Pragma("GCC visibility pop")                                              \
    }
#else
#define OC_BEGIN_API _Pragma("GCC visibility push(default)")
#define OC_END_API _Pragma("GCC visibility pop")
#endif

/* What figures are evaluated in, checked: nothing wraps. */
__extension__ typedef __int128 oc_i128;
__extension__ typedef unsigned __int128 oc_u128;

/* True when the exact result does not fit *result, for any integer types. */
#define OC_ADD_OVERFLOWS(a, b, result) __builtin_add_overflow(a, b, result)
#define OC_SUB_OVERFLOWS(a, b, result) __builtin_sub_overflow(a, b, result)
#define OC_MUL_OVERFLOWS(a, b, result) __builtin_mul_overflow(a, b, result)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/sniff.c - what a file is when it is no model.
 *
 * In here: the beginnings of files that are met where a model was meant.
 * Not in here: damaged models (parser/scan.c says where they are damaged).
 */
#include "parser/sniff.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"

struct signature {
    size_t at;
    size_t bytes;
    const char *text;
    const char *id;
    const char *what;
    const char *hint;
};

#define SIGNATURE(at, text) at, sizeof(text) - 1, text

#define EXPORT                                                                 \
    "export with torch.onnx.export(...), or rename if the "                    \
    "extension is wrong"
#define UNPACK "unpack it first and name the .onnx file inside"
#define CONVERT "convert it to ONNX first"
#define FETCH "download the file itself, not the page that shows it"

static const struct signature signatures[] = {
    {SIGNATURE(0, "PK\x03\x04"), "input.not-onnx",
     "a zip archive (starts \"PK\"); TorchScript and torch.export files look "
     "like this",
     EXPORT},
    {SIGNATURE(0, "PK\x05\x06"), "input.not-onnx", "an empty zip archive",
     EXPORT},
    {SIGNATURE(0, "\x80\x02"), "input.pickle", "a Python pickle", EXPORT},
    {SIGNATURE(0, "<!"), "input.html", "an HTML page", FETCH},
    {SIGNATURE(0, "<html"), "input.html", "an HTML page", FETCH},
    {SIGNATURE(0, "<HTML"), "input.html", "an HTML page", FETCH},
    {SIGNATURE(0, "<?xml"), "input.xml", "an XML document", CONVERT},
    {SIGNATURE(0, "{"), "input.json", "a JSON text",
     "name the .onnx file that a report was made from"},
    {SIGNATURE(0, "ir_version:"), "input.text-proto",
     "a model in protobuf's text form",
     "convert it: onnx.save(onnx.load(FILE, format=\"textproto\"), OUT)"},
    {SIGNATURE(0, "GGUF"), "input.gguf", "a GGUF file", CONVERT},
    {SIGNATURE(1, "\0\0\0TFL3"), "input.tflite", "a TensorFlow Lite model",
     CONVERT},
    {SIGNATURE(1, "\0\0\0ORTM"), "input.ort",
     "a model in onnxruntime's own format",
     "name the .onnx file that it was made from"},
    {SIGNATURE(0, "\x89HDF\r\n\x1a\n"), "input.hdf5", "an HDF5 file", CONVERT},
    {SIGNATURE(0, "\x28\xb5\x2f\xfd"), "input.zstd", "Zstandard data", UNPACK},
    {SIGNATURE(0, "\xfd"
                  "7zXZ"),
     "input.xz", "xz data", UNPACK},
    {SIGNATURE(0, "BZh"), "input.bzip2", "bzip2 data", UNPACK},
    {SIGNATURE(0, "7z\xbc\xaf\x27\x1c"), "input.7z", "a 7z archive", UNPACK},
};

static bool starts(const oc_source *source, size_t at, const char *text,
                   size_t bytes)
{
    size_t held = (size_t)(source->end - source->at);
    return held >= at && held - at >= bytes &&
           memcmp(source->at + at, text, bytes) == 0;
}

static bool refuse(oc_source *source, const char *path, const char *id,
                   const char *what, const char *hint)
{
    oc_fail_at(source->err, OC_ERR_INPUT, id, 0, "%s is %s", path, what);
    oc_error_hint(source->err, "%s", hint);
    return false;
}

static bool refuse_pointer(oc_source *source, const char *path, size_t bytes)
{
    char word[OC_SHELL_ROOM];
    oc_fail_at(source->err, OC_ERR_INPUT, "input.lfs-pointer", 0,
               "%s is a Git LFS pointer (%zu bytes), not a model", path, bytes);
    oc_error_hint(source->err,
                  "git lfs pull --include %s (CI: actions/checkout with "
                  "lfs: true)",
                  oc_shell_word(word, sizeof(word), path, "FILE"));
    return false;
}

bool oc_sniff(oc_source *source, const char *path)
{
    static const char pointer[] = "version https://git-lfs.github.com/spec/";
    size_t bytes;
    if (!oc_source_more(source, &bytes))
        return false;
    if (!bytes && source->size == OC_SIZE_UNKNOWN)
        return refuse(source, path, "input.no-data", "without any data",
                      "check the program that writes into the pipe or made "
                      "the archive");
    if (!bytes)
        return refuse(source, path, "input.empty", "empty (0 bytes)",
                      "export or copy the model again");
    if (starts(source, 0, pointer, sizeof(pointer) - 1))
        return refuse_pointer(source, path, bytes);
    if (!source->at[0])
        return refuse(source, path, "input.zeros",
                      "no model: it starts with a zero byte",
                      "the download or copy may have failed: make it again");
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        const struct signature *s = &signatures[i];
        if (starts(source, s->at, s->text, s->bytes))
            return refuse(source, path, s->id, s->what, s->hint);
    }
    return true;
}

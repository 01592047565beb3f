# SPDX-License-Identifier: Apache-2.0
# reports/html/embed.cmake - a style sheet as C, with its hash.
#
#   cmake -DIN=page.css -DOUT=page_css.c -P embed.cmake
#
# Comments and indents are left out first: the hash is of what is embedded.
file(READ ${IN} css)
string(REGEX REPLACE "/\\*[^*]*\\*+([^/*][^*]*\\*+)*/" "" css "${css}")
string(REGEX REPLACE "\n[ \n]*" "\n" css "${css}")
string(REGEX REPLACE "^\n" "" css "${css}")
string(REGEX REPLACE "([:,{;]) " "\\1" css "${css}")
string(REGEX REPLACE " {" "{" css "${css}")
string(REGEX REPLACE "([{;,])\n" "\\1" css "${css}")
string(REGEX REPLACE ";}" "}" css "${css}")
if(css MATCHES "[^\n -~]" OR css MATCHES "</")
  message(FATAL_ERROR "${IN}: only ASCII, and nothing that ends an element")
endif()

# Three hexadecimal digits are two of base64; 64 of them leave one over.
string(SHA256 digest "${css}")
set(alphabet
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
set(base64 "")
foreach(at RANGE 0 63 3)
  string(SUBSTRING "${digest}00" ${at} 3 digits)
  math(EXPR high "0x${digits} / 64")
  math(EXPR low "0x${digits} % 64")
  string(SUBSTRING ${alphabet} ${high} 1 high)
  string(SUBSTRING ${alphabet} ${low} 1 low)
  string(APPEND base64 ${high}${low})
endforeach()
string(SUBSTRING ${base64} 0 43 base64)

string(LENGTH "${css}" length)
string(HEX "${css}" bytes)
string(REGEX REPLACE "(........................)" "\\1\n    " bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " bytes "${bytes}")
string(REGEX REPLACE " \n" "\n" bytes "${bytes}")
file(WRITE ${OUT}
"/* Made from reports/html/page.css by reports/html/embed.cmake. */
#include \"reports/html/html.h\"

const char oc_html_css[] = {
    ${bytes}0};
const size_t oc_html_css_bytes = ${length};
const char oc_html_css_hash[] = \"sha256-${base64}=\";
")

// What a human format shows of text that a terminal would obey or could not show.
#include "engine/base/text.h"
#include "shell/render/renderer.h"

namespace bascule {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

void append_byte_escape(std::string& out, unsigned char byte) {
  out += "\\x";
  out += hex_digits[byte >> 4];
  out += hex_digits[byte & 15];
}

void append_control(std::string& out, unsigned char control) {
  switch (control) {
    case '\n':
      out += "\\n";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      append_byte_escape(out, control);
  }
}

// C1 controls, line and paragraph separators, embeddings, overrides and isolates (Unicode annex 9).
bool changes_the_display(char32_t value) {
  return (value >= 0x80 && value < 0xA0) || (value >= 0x2028 && value <= 0x202E) ||
         (value >= 0x2066 && value <= 0x2069);
}

void append_code_point_escape(std::string& out, char32_t value) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex_digits[value >> shift & 15];
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, bool multiline) {
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode_utf8(text, i);
    if (!point.valid)
      append_byte_escape(out, static_cast<unsigned char>(text[i]));
    else if (multiline && (point.value == '\n' || point.value == '\t'))
      out += text[i];
    else if (point.value < 0x20 || point.value == 0x7F)
      append_control(out, static_cast<unsigned char>(point.value));
    else if (changes_the_display(point.value))
      append_code_point_escape(out, point.value);
    else
      out.append(text.substr(i, point.bytes));
    i += point.bytes;
  }
}

}  // namespace bascule

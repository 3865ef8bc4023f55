// The text of a cell, and fast looks at text, for all renderers.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/model/batch.h"

namespace bascule {

// Spells cells; its memory is reused, so the view holds until the next call. Doubles are the shortest text
// that reads back as the same bits, with ".0" where it would look like an integer; bytes are \x and hex; null
// is "".
class CellSpeller {
 public:
  // `single`: the column's type is a 4-byte float, so that 0.1 is not spelled 0.10000000149011612.
  std::string_view operator()(const Cell& cell, bool single) {
    switch (cell.kind) {
      case CellKind::text:
      case CellKind::spelled:
        return cell.text;
      case CellKind::integer:
        return digits(std::to_chars(digits_, digits_ + sizeof digits_, cell.integer).ptr);
      case CellKind::unsigned_integer:
        return digits(std::to_chars(digits_, digits_ + sizeof digits_, cell.unsigned_integer).ptr);
      case CellKind::boolean:
        return cell.integer != 0 ? "true" : "false";
      case CellKind::real:
        return real(cell.real, single);
      case CellKind::bytes:
        return hex(cell.text);
      case CellKind::null:
        break;
    }
    return {};
  }

 private:
  std::string_view digits(const char* end) const {
    return {digits_, static_cast<std::size_t>(end - digits_)};
  }
  std::string_view real(double value, bool single);
  std::string_view hex(std::string_view bytes);

  char digits_[40];
  std::string hex_;
};

bool is_single_float(const Type& type);

namespace swar {
constexpr std::uint64_t ones = 0x0101010101010101;
constexpr std::uint64_t high_bits = 0x8080808080808080;
inline std::uint64_t load(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}
// A high bit for each zero byte; bits above the lowest one may be wrong, so ask only whether there is one.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - ones) & ~word & high_bits;
}
constexpr std::uint64_t equal_bytes(std::uint64_t word, char c) {
  return zero_bytes(word ^ (ones * static_cast<unsigned char>(c)));
}
// Not 0x20 to 0x7e. Exact as a yes or no: without a byte below 0x20 nothing is borrowed, without one above
// 0x7f nothing is carried.
constexpr std::uint64_t unprintable_bytes(std::uint64_t word) {
  return (word | (word - ones * 0x20) | (word + ones)) & high_bits;
}

// True if any word of eight bytes has a bit in `test`; `one` is the same question for a single character.
template <typename WordTest, typename ByteTest>
bool any(std::string_view text, WordTest test, ByteTest one) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (text.size() < 8) {
    for (; at != end; ++at)
      if (one(static_cast<unsigned char>(*at))) return true;
    return false;
  }
  for (; end - at >= 8; at += 8)
    if (test(load(at)) != 0) return true;
  return at != end && test(load(end - 8)) != 0;
}
}  // namespace swar

inline bool is_printable_ascii(std::string_view text) {
  return !swar::any(text, swar::unprintable_bytes, [](unsigned char c) { return c < 0x20 || c > 0x7E; });
}

}  // namespace bascule

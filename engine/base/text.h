// Small text helpers without locale: ASCII case, splitting, UTF-8, hex, nearest names, globs.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bascule {

// ASCII only; other bytes are left as they are.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

std::string_view trim(std::string_view text);                           // blanks, tabs, newlines at both ends
std::vector<std::string> split(std::string_view text, char separator);  // "a,,b" -> {"a","","b"}; "" -> {""}
std::string join(std::span<const std::string> parts, std::string_view separator);
// Every occurrence of `from` (not empty) replaced.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

// The bytes as lower-case hex, two digits a byte.
std::string to_hex(std::string_view bytes);
// Nothing if `hex` has an odd length or a character that is no hex digit.
std::optional<std::string> from_hex(std::string_view hex);

// The whole text as a number; nothing on overflow, blanks, or anything left over.
std::optional<long long> parse_integer(std::string_view text);
std::optional<unsigned long long> parse_unsigned(std::string_view text);
std::optional<double> parse_double(std::string_view text);

// Shortest text that reads back as the same bits: 0.1, 1e+20, -0, NaN, Infinity, -Infinity (PostgreSQL's
// spelling).
std::string format_double(double value);
std::string format_float(float value);

// Edit distance with transposition (Damerau-Levenshtein, optimal string alignment), ASCII case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);
// The name nearest to `wanted` if it is near enough to be what was meant (a distance of at most a third of
// its length, at least 1, or a unique prefix); nothing otherwise.
std::optional<std::string> nearest_name(std::string_view wanted, std::span<const std::string> names);

// Shell glob over the whole text: * ? and \ as escape. ASCII case ignored if asked.
bool matches_glob(std::string_view pattern, std::string_view text, bool ignore_case = false);

// --- UTF-8 ---
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;  // false: one byte that starts no valid sequence (overlong and surrogates are invalid)
};
// Decodes at `offset`, which is inside `text`.
CodePoint decode_utf8(std::string_view text, std::size_t offset);
bool is_valid_utf8(std::string_view text);
void append_utf8(std::string& out, char32_t code_point);
// Columns that a terminal gives to the code point: 0 for combining marks, 2 for wide ones, 1 for others;
// control characters count 0 (they are escaped before they are shown).
int display_width(char32_t code_point);
// The same for a whole text; an invalid byte counts 1.
std::size_t display_width(std::string_view text);

}  // namespace bascule

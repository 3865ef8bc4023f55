#include "engine/base/text.h"

#include <doctest/doctest.h>

#include <limits>

namespace bascule {
namespace {

TEST_CASE("splitting and joining give the text back") {
  for (const std::string text : {"", ",", "a", "a,b", "a,,b", ",a,"}) {
    CAPTURE(text);
    CHECK(join(split(text, ','), ",") == text);
  }
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
  CHECK(trim(" \t\r\na b\n ") == "a b");
  CHECK(trim("   ").empty());
  CHECK(replace_all("aaa", "a", "aa") == "aaaaaa");
  CHECK(replace_all("abc", "x", "y") == "abc");
}

TEST_CASE("hex is read back, or not at all") {
  CHECK(to_hex(std::string_view("\x00\x7f\xff", 3)) == "007fff");
  CHECK(from_hex("007fFF") == std::string("\x00\x7f\xff", 3));
  CHECK(from_hex("") == "");
  CHECK_FALSE(from_hex("0").has_value());
  CHECK_FALSE(from_hex("0g").has_value());
}

TEST_CASE("numbers are read whole or not at all") {
  CHECK(parse_integer("-9223372036854775808") == std::numeric_limits<long long>::min());
  for (const std::string text : {"", " 1", "1 ", "++1", "1.0", "9223372036854775808", "x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text).has_value());
  }
  CHECK(parse_unsigned("18446744073709551615") == std::numeric_limits<unsigned long long>::max());
  CHECK_FALSE(parse_unsigned("-1").has_value());
  CHECK(parse_double("1e-3") == 0.001);
  CHECK_FALSE(parse_double("1e400").has_value());
}

TEST_CASE("doubles are written shortest and read back") {
  struct Row {
    double value;
    std::string text;
  };
  for (const auto& row : std::vector<Row>{{0.1, "0.1"},
                                          {1e20, "1e+20"},
                                          {-0.0, "-0"},
                                          {0.1 + 0.2, "0.30000000000000004"},
                                          {5e-324, "5e-324"},
                                          {std::numeric_limits<double>::infinity(), "Infinity"},
                                          {-std::numeric_limits<double>::infinity(), "-Infinity"},
                                          {std::numeric_limits<double>::quiet_NaN(), "NaN"}}) {
    CAPTURE(row.text);
    CHECK(format_double(row.value) == row.text);
  }
  CHECK(format_float(0.1f) == "0.1");
}

TEST_CASE("edit distance counts changes and swaps") {
  struct Row {
    std::string a, b;
    std::size_t distance;
  };
  for (const auto& row : std::vector<Row>{{"", "", 0},
                                          {"abc", "ABC", 0},
                                          {"abc", "", 3},
                                          {"kitten", "sitting", 3},
                                          {"ab", "ba", 1},
                                          {"verfiy", "verify", 1}}) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(edit_distance(row.a, row.b) == row.distance);
    CHECK(edit_distance(row.b, row.a) == row.distance);
  }
}

TEST_CASE("the nearest name is given only when it is near") {
  const std::vector<std::string> names{"connect", "conns", "copy", "diff", "verify", "dt"};
  struct Row {
    std::string wanted;
    std::optional<std::string> nearest;
  };
  for (const auto& row : std::vector<Row>{{"verfiy", "verify"},
                                          {"conect", "connect"},
                                          {"COPY", "copy"},
                                          {"dif", "diff"},
                                          {"ver", "verify"},
                                          {"co", std::nullopt},
                                          {"elephant", std::nullopt},
                                          {"", std::nullopt}}) {
    CAPTURE(row.wanted);
    CHECK(nearest_name(row.wanted, names) == row.nearest);
  }
}

TEST_CASE("globs match the whole text") {
  struct Row {
    std::string pattern, text;
    bool matches;
  };
  for (const auto& row : std::vector<Row>{{"", "", true},
                                          {"", "a", false},
                                          {"*", "", true},
                                          {"a*c", "abbc", true},
                                          {"a*c", "abcd", false},
                                          {"*b*", "abc", true},
                                          {"a?c", "abc", true},
                                          {"a?c", "ac", false},
                                          {"a?c",
                                           "a\xC3\xA9"
                                           "c",
                                           true},
                                          {"a\\*", "a*", true},
                                          {"a\\*", "ab", false},
                                          {"\\\\", "\\", true},
                                          {"**a", "ba", true},
                                          {"A*", "abc", false},
                                          {"*aab", "aaaab", true}}) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(matches_glob(row.pattern, row.text) == row.matches);
  }
  CHECK(matches_glob("A*C", "abc", true));
}

TEST_CASE("UTF-8 is decoded strictly") {
  struct Row {
    std::string name;
    std::string text;
    bool valid;
  };
  for (const auto& row : std::vector<Row>{{"ASCII", "abc", true},
                                          {"NUL", std::string("\0", 1), true},
                                          {"two bytes", "\xC3\xA9", true},
                                          {"three bytes", "\xE2\x82\xAC", true},
                                          {"four bytes", "\xF0\x9F\x98\x80", true},
                                          {"the last code point", "\xF4\x8F\xBF\xBF", true},
                                          {"beyond it", "\xF4\x90\x80\x80", false},
                                          {"overlong", "\xC0\x80", false},
                                          {"overlong of three", "\xE0\x80\x80", false},
                                          {"surrogate", "\xED\xA0\x80", false},
                                          {"cut", "\xE2\x82", false},
                                          {"lone continuation", "\x80", false},
                                          {"Latin-1", "caf\xE9", false}}) {
    CAPTURE(row.name);
    CHECK(is_valid_utf8(row.text) == row.valid);
  }
  for (const char32_t point : {U'a', U'\u00e9', U'\u20ac', U'\U0001F600'}) {
    std::string text;
    append_utf8(text, point);
    CHECK(decode_utf8(text, 0).value == point);
    CHECK(decode_utf8(text, 0).bytes == text.size());
  }
}

TEST_CASE("widths are those of a terminal") {
  struct Row {
    std::string name, text;
    std::size_t width;
  };
  for (const auto& row : std::vector<Row>{{"ASCII", "abc", 3},
                                          {"accent", "\xC3\xA9", 1},
                                          {"combining accent", "e\xCC\x81", 1},
                                          {"Chinese", "\xE4\xB8\xAD\xE6\x96\x87", 4},
                                          {"emoji", "\xF0\x9F\x98\x80", 2},
                                          {"invalid byte", "\xFF", 1},
                                          {"zero-width joiner", "\xE2\x80\x8D", 0}}) {
    CAPTURE(row.name);
    CHECK(display_width(row.text) == row.width);
  }
}

}  // namespace
}  // namespace bascule

// json: one array of objects, one object per line; jsonl: the objects alone.
//  - Numbers are bare, digit by digit as the engine gave them (never through a double), where the column's
//  type is
//    numeric and the text is a JSON number; NaN and Infinity are strings. Text in a numeric column stays a
//    string.
//  - Bool is true or false; json and jsonb are embedded as they are if valid, else a string; bytes are
//  "\\x00ff"; all
//    else (dates, arrays, ...) is the engine's text form as a string.
//  - A byte that is no UTF-8 becomes \udc80 to \udcff: a lone surrogate cannot come from valid text, so
//  nothing is
//    lost or confused (Python's "surrogateescape").
//  - All columns are kept: a name that is taken gets _2, _3, ...
#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"
#include "shell/render/cell_text.h"
#include "shell/render/renderers.h"
#include "shell/render/text_writer.h"

namespace bascule {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

bool is_bare_string(std::string_view text) {
  using namespace swar;
  return !any(
      text,
      [](std::uint64_t word) {
        return unprintable_bytes(word) | equal_bytes(word, '"') | equal_bytes(word, '\\');
      },
      [](unsigned char c) { return c < 0x20 || c > 0x7E || c == '"' || c == '\\'; });
}

void append_unicode_escape(std::string& out, unsigned value) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex_digits[value >> shift & 15];
}

void append_json_text(std::string& out, std::string_view text) {
  constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode_utf8(text, i);
    if (!point.valid) {
      append_unicode_escape(out, 0xDC00u + static_cast<unsigned char>(text[i]));
    } else if (point.bytes > 1) {
      out.append(text.substr(i, point.bytes));
    } else if (const auto found = special.find(text[i]); found != std::string_view::npos) {
      out += '\\';
      out += letters[found];
    } else if (point.value < 0x20 || point.value == 0x7F) {
      append_unicode_escape(out, point.value);
    } else {
      out += text[i];
    }
    i += point.bytes;
  }
}

// RFC 8259: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - first;
  };
  const auto skip = [&](std::string_view any_of) {
    const bool found = at < text.size() && any_of.find(text[at]) != std::string_view::npos;
    if (found) ++at;
    return found;
  };
  skip("-");
  const bool leading_zero = at < text.size() && text[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (skip(".") && digits() == 0) return false;
  if (skip("eE")) {
    skip("+-");
    if (digits() == 0) return false;
  }
  return at == text.size();
}

// A boolean's spelling on any engine; nothing if it is something else.
std::string_view boolean_literal(std::string_view text) {
  if (text == "t" || text == "true" || text == "1") return "true";
  if (text == "f" || text == "false" || text == "0") return "false";
  return {};
}

std::vector<std::string> unique_names(const std::vector<ResultColumn>& columns) {
  std::vector<std::string> names, taken;
  for (const auto& column : columns) taken.push_back(column.name);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string name = columns[i].name;
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      int number = 2;
      do name = columns[i].name + "_" + std::to_string(number++);
      while (std::find(taken.begin(), taken.end(), name) != taken.end());
      taken.push_back(name);
    }
    names.push_back(std::move(name));
  }
  return names;
}

struct JsonColumn {
  std::string before;  // `{"name":` or `,"name":`
  bool numeric, boolean, json, single;
};

class JsonRenderer : public Renderer {
 public:
  JsonRenderer(const RenderOptions& options, Output& output)
      : output_(output), lines_(options.format == Format::jsonl) {}

  Result<void> begin(const std::vector<ResultColumn>& columns) override {
    const auto names = unique_names(columns);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      JsonColumn& column = columns_.emplace_back();
      column.before = i == 0 ? "{\"" : ",\"";
      append_json_text(column.before, names[i]);
      column.before += "\":";
      column.numeric = is_numeric(columns[i].type);
      column.boolean = columns[i].type.is<type::Bool>();
      column.json = columns[i].type.is<type::Json>();
      column.single = is_single_float(columns[i].type);
    }
    return lines_ ? Result<void>() : output_.write("[");
  }

  Result<void> rows(const Batch& batch) override {
    TextWriter writer(output_);
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      if (!lines_ && summary_.rows + row > 0) writer.put(",\n");
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        writer.put(columns_[i].before);
        put_cell(batch.cell(row, i), columns_[i], writer);
      }
      writer.put('}');
      if (lines_) writer.put('\n');
    }
    summary_.rows += batch.rows();
    return writer.finish();
  }

  Result<RenderSummary> end() override {
    if (!lines_) TRY(output_.write("]\n"));
    return summary_;
  }

 private:
  void put_cell(const Cell& cell, const JsonColumn& column, TextWriter& writer) {
    const std::string_view text = speller_(cell, column.single);
    switch (cell.kind) {
      case CellKind::null:
        return writer.put("null");
      case CellKind::integer:
        if (column.boolean && !boolean_literal(text).empty()) return writer.put(boolean_literal(text));
        return writer.put(text);
      case CellKind::boolean:
      case CellKind::unsigned_integer:
        return writer.put(text);
      case CellKind::real:
        return put_number(text, writer);
      case CellKind::text:
      case CellKind::spelled:
        return put_spelled(cell.kind, text, column, writer);
      case CellKind::bytes:
        return put_string(text, writer);
    }
  }

  void put_spelled(CellKind kind, std::string_view text, const JsonColumn& column, TextWriter& writer) {
    if (kind == CellKind::spelled && column.numeric) return put_number(text, writer);
    if (kind == CellKind::spelled && column.boolean && !boolean_literal(text).empty())
      return writer.put(boolean_literal(text));
    if (column.json && nlohmann::json::accept(text)) return put_embedded(text, writer);
    put_string(text, writer);
  }

  void put_number(std::string_view text, TextWriter& writer) {
    if (is_json_number(text)) return writer.put(text);
    put_string(text, writer);
  }

  // Line ends in valid JSON are blanks between its parts: a record of jsonl stays on one line.
  void put_embedded(std::string_view text, TextWriter& writer) const {
    char* at = writer.room(text.size());
    std::memcpy(at, text.data(), text.size());
    if (lines_)
      std::replace_if(
          at, at + text.size(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    writer.advance(at + text.size());
  }

  void put_string(std::string_view text, TextWriter& writer) {
    writer.put('"');
    if (is_bare_string(text)) {
      writer.put(text);
    } else {
      escaped_.clear();
      append_json_text(escaped_, text);
      writer.put(escaped_);
    }
    writer.put('"');
  }

  Output& output_;
  const bool lines_;
  std::vector<JsonColumn> columns_;
  CellSpeller speller_;
  std::string escaped_;
  RenderSummary summary_;
};

}  // namespace

std::unique_ptr<Renderer> make_json_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<JsonRenderer>(options, output);
}

}  // namespace bascule

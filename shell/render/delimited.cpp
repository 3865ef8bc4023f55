// csv: RFC 4180 with LF line ends. A field is quoted if it holds a comma, a quote, CR or LF, is exactly \.
// (which ends PostgreSQL's COPY), or equals the text for null: so null is nothing and an empty string is "".
// tsv: the text format of PostgreSQL's COPY, which MySQL's LOAD DATA reads too: \t \n \r \\ \b \f \v, null is
// \N.
#include <array>

#include "shell/render/cell_text.h"
#include "shell/render/renderers.h"
#include "shell/render/text_writer.h"

namespace bascule {
namespace {

bool must_be_quoted(std::string_view text) {
  using namespace swar;
  return any(
      text,
      [](std::uint64_t word) {
        return equal_bytes(word, ',') | equal_bytes(word, '"') | equal_bytes(word, '\n') |
               equal_bytes(word, '\r');
      },
      [](unsigned char c) { return c == ',' || c == '"' || c == '\n' || c == '\r'; });
}

void put_quoted(std::string_view text, TextWriter& writer) {
  char* at = writer.room(text.size() * 2 + 2);
  *at++ = '"';
  for (const char c : text) {
    if (c == '"') *at++ = '"';
    *at++ = c;
  }
  *at++ = '"';
  writer.advance(at);
}

void put_csv(std::string_view text, std::string_view null_text, TextWriter& writer) {
  if (text == null_text || text == "\\." || must_be_quoted(text)) return put_quoted(text, writer);
  writer.put(text);
}

// The letter after the backslash, 0 for a character that stands for itself.
constexpr std::array<char, 256> tsv_escapes = [] {
  std::array<char, 256> escapes{};
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\v'] = 'v';
  escapes['\\'] = '\\';
  return escapes;
}();

void put_tsv(std::string_view text, TextWriter& writer) {
  char* at = writer.room(text.size() * 2);
  for (const char c : text) {
    const char escape = tsv_escapes[static_cast<unsigned char>(c)];
    if (escape != 0) *at++ = '\\';
    *at++ = escape != 0 ? escape : c;
  }
  writer.advance(at);
}

// True if no cell of this kind in a column of this type needs a look: digits only.
bool is_bare(CellKind kind, bool numeric_column) {
  return kind < CellKind::text || (kind == CellKind::spelled && numeric_column);
}

class DelimitedRenderer : public Renderer {
 public:
  DelimitedRenderer(const RenderOptions& options, Output& output)
      : output_(output),
        csv_(options.format == Format::csv),
        header_(options.header),
        null_text_(options.null_text.value_or(csv_ ? "" : "\\N")) {}

  Result<void> begin(const std::vector<ResultColumn>& columns) override {
    TextWriter writer(output_);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns_.push_back({is_numeric(columns[i].type), is_single_float(columns[i].type)});
      if (!header_) continue;
      if (i > 0) writer.put(separator());
      put_text(columns[i].name, writer);
    }
    if (header_ && !columns.empty()) writer.put('\n');
    return writer.finish();
  }

  Result<void> rows(const Batch& batch) override {
    TextWriter writer(output_);
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) writer.put(separator());
        put_cell(batch.cell(row, i), columns_[i], writer);
      }
      writer.put('\n');
    }
    summary_.rows += batch.rows();
    return writer.finish();
  }

  Result<RenderSummary> end() override { return summary_; }

 private:
  struct DelimitedColumn {
    bool numeric;
    bool single;
  };

  char separator() const { return csv_ ? ',' : '\t'; }

  void put_text(std::string_view text, TextWriter& writer) const {
    if (csv_)
      put_csv(text, null_text_, writer);
    else
      put_tsv(text, writer);
  }

  void put_cell(const Cell& cell, const DelimitedColumn& column, TextWriter& writer) {
    if (cell.is_null()) return writer.put(null_text_);
    const std::string_view text = speller_(cell, column.single);
    if (is_bare(cell.kind, column.numeric) && null_text_.empty()) return writer.put(text);
    put_text(text, writer);
  }

  Output& output_;
  const bool csv_;
  const bool header_;
  const std::string null_text_;
  std::vector<DelimitedColumn> columns_;
  CellSpeller speller_;
  RenderSummary summary_;
};

}  // namespace

std::unique_ptr<Renderer> make_delimited_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<DelimitedRenderer>(options, output);
}

}  // namespace bascule

// html: one <table>, a row per line. Newlines are <br>; null is in italics, so that the text NULL is another
// thing.
#include "shell/render/cell_text.h"
#include "shell/render/renderers.h"
#include "shell/render/text_writer.h"

namespace bascule {
namespace {

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
      return "<br>";
    default:
      return {};
  }
}

class HtmlRenderer : public Renderer {
 public:
  HtmlRenderer(const RenderOptions& options, Output& output)
      : output_(output), header_(options.header), null_text_(options.null_text.value_or("NULL")) {}

  Result<void> begin(const std::vector<ResultColumn>& columns) override {
    TextWriter writer(output_);
    writer.put("<table>\n");
    if (header_) writer.put("<tr>");
    for (const auto& column : columns) {
      columns_.push_back({is_numeric(column.type), is_single_float(column.type)});
      if (!header_) continue;
      writer.put("<th>");
      put_text(column.name, writer);
      writer.put("</th>");
    }
    if (header_) writer.put("</tr>\n");
    return writer.finish();
  }

  Result<void> rows(const Batch& batch) override {
    TextWriter writer(output_);
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      writer.put("<tr>");
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const Cell cell = batch.cell(row, i);
        writer.put(columns_[i].numeric ? "<td align=\"right\">" : "<td>");
        if (cell.is_null()) writer.put("<i>");
        put_text(cell.is_null() ? null_text_ : speller_(cell, columns_[i].single), writer);
        writer.put(cell.is_null() ? "</i></td>" : "</td>");
      }
      writer.put("</tr>\n");
    }
    summary_.rows += batch.rows();
    return writer.finish();
  }

  Result<RenderSummary> end() override {
    TRY(output_.write("</table>\n"));
    return summary_;
  }

 private:
  struct HtmlColumn {
    bool numeric;
    bool single;
  };

  void put_text(std::string_view text, TextWriter& writer) {
    escaped_.clear();
    append_escaped(escaped_, text, true);
    for (const char c : escaped_) {
      const std::string_view replacement = entity(c);
      if (replacement.empty())
        writer.put(c);
      else
        writer.put(replacement);
    }
  }

  Output& output_;
  const bool header_;
  const std::string null_text_;
  std::vector<HtmlColumn> columns_;
  CellSpeller speller_;
  std::string escaped_;
  RenderSummary summary_;
};

}  // namespace

std::unique_ptr<Renderer> make_html_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<HtmlRenderer>(options, output);
}

}  // namespace bascule

// expanded: a block per row, a line per column, as psql's \x. Newlines in values are kept: the text goes on
// in the next line under an empty name.
#include <algorithm>

#include "engine/base/text.h"
#include "shell/render/cell_text.h"
#include "shell/render/renderers.h"
#include "shell/render/text_writer.h"

namespace bascule {
namespace {

constexpr std::size_t longest_rule = 80;

std::size_t widest_line(std::string_view text) {
  std::size_t widest = 0;
  while (true) {
    const auto end = text.find('\n');
    widest = std::max(widest, display_width(text.substr(0, end)));
    if (end == std::string_view::npos) return widest;
    text.remove_prefix(end + 1);
  }
}

class ExpandedRenderer : public Renderer {
 public:
  ExpandedRenderer(const RenderOptions& options, Output& output) : output_(output), color_(options.color) {
    append_escaped(null_text_, options.null_text.value_or("NULL"));
  }

  Result<void> begin(const std::vector<ResultColumn>& columns) override {
    for (const auto& column : columns) {
      append_escaped(names_.emplace_back(), column.name);
      singles_.push_back(is_single_float(column.type));
      name_width_ = std::max(name_width_, display_width(names_.back()));
    }
    values_.resize(columns.size());
    return {};
  }

  Result<void> rows(const Batch& batch) override {
    TextWriter writer(output_);
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::size_t widest = 0;
      for (std::size_t i = 0; i < names_.size(); ++i) {
        const Cell cell = batch.cell(row, i);
        values_[i].clear();
        append_escaped(values_[i], cell.is_null() ? null_text_ : speller_(cell, singles_[i]), true);
        widest = std::max(widest, widest_line(values_[i]));
      }
      write_rule(++summary_.rows, widest, writer);
      for (std::size_t i = 0; i < names_.size(); ++i) write_value(i, batch.cell(row, i).is_null(), writer);
    }
    return writer.finish();
  }

  Result<RenderSummary> end() override { return summary_; }

 private:
  // -[ RECORD 1 ]-+-----, with the joint where the columns part if the text leaves it free.
  void write_rule(std::size_t number, std::size_t widest, TextWriter& writer) const {
    std::string rule = "-[ RECORD " + std::to_string(number) + " ]";
    const std::size_t joint = name_width_ + 1;
    const bool shows_joint = rule.size() <= joint;
    rule.append(std::max(std::min(joint + 2 + widest, longest_rule), rule.size() + 1) - rule.size(), '-');
    if (shows_joint && joint < rule.size()) rule[joint] = '+';
    writer.put(rule);
    writer.put('\n');
  }

  void write_value(std::size_t column, bool is_null, TextWriter& writer) const {
    writer.put(names_[column]);
    writer.fill(' ', name_width_ - display_width(names_[column]));
    std::string_view rest = values_[column];
    for (;;) {
      const auto end = rest.find('\n');
      put_line(rest.substr(0, end), is_null && color_, writer);
      if (end == std::string_view::npos) return;
      rest.remove_prefix(end + 1);
      writer.fill(' ', name_width_);
    }
  }

  static void put_line(std::string_view line, bool dim, TextWriter& writer) {
    writer.put(line.empty() ? " |" : " | ");
    if (dim) writer.put("\x1b[2m");
    writer.put(line);
    if (dim) writer.put("\x1b[0m");
    writer.put('\n');
  }

  Output& output_;
  const bool color_;
  std::string null_text_;
  std::vector<std::string> names_;
  std::vector<bool> singles_;
  std::size_t name_width_ = 0;
  std::vector<std::string> values_;  // of the row at hand, escaped
  CellSpeller speller_;
  RenderSummary summary_;
};

}  // namespace

std::unique_ptr<Renderer> make_expanded_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<ExpandedRenderer>(options, output);
}

}  // namespace bascule

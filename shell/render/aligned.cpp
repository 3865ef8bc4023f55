// aligned, box and markdown: columns whose widths come from the first 1,000 rows, then rows stream. A later
// number that is wider widens its column from there on; later text that is wider overflows. Text is cut only
// where a line has a limit (a terminal), and never in markdown.
#include <algorithm>
#include <numeric>

#include "engine/base/text.h"
#include "shell/render/cell_text.h"
#include "shell/render/renderers.h"
#include "shell/render/text_writer.h"

namespace bascule {
namespace {

constexpr std::size_t sample_rows = 1000;
constexpr std::size_t sample_bytes = 4 << 20;  // wide rows: fewer are held back
constexpr std::size_t narrowest_cut = 8;       // no column is cut below this
constexpr std::string_view ellipsis = "…";
constexpr std::string_view dim_on = "\x1b[2m", dim_off = "\x1b[0m";

struct Rule {
  std::string_view left, line, joint, right;
};

struct Style {
  std::string_view left, between, right;  // around the cells of a row
  std::string_view header_right;
  bool pad_last;  // blanks after the last column
  Rule top, middle, bottom;
  std::size_t edges;  // display columns that `left` and `right` take together
};

constexpr Style aligned_style{" ", " | ", "", " ", false, {}, {"-", "-", "-+-", "-"}, {}, 2};
constexpr Style box_style{"│ ",
                          " │ ",
                          " │",
                          " │",
                          true,
                          {"┌─", "─", "─┬─", "─┐"},
                          {"├─", "─", "─┼─", "─┤"},
                          {"└─", "─", "─┴─", "─┘"},
                          4};
constexpr Style markdown_style{"| ", " | ", " |", " |", true, {}, {"|-", "-", "|-", "-|"}, {}, 4};
constexpr std::size_t between_width = 3;

const Style& style_of(Format format) {
  if (format == Format::box) return box_style;
  return format == Format::markdown ? markdown_style : aligned_style;
}

struct TableColumn {
  std::string name;  // escaped
  std::size_t name_width = 0;
  std::size_t width = 0;
  std::size_t limit = 0;  // cells that are wider are cut; 0: none
  bool numeric = false;
  bool any = false;  // no declared type: the values decide
  bool single = false;
};

// A cell as it is shown.
struct Shown {
  std::string_view text;
  std::size_t width;
  bool dim;
  bool right;
};

bool is_number(CellKind kind) {
  return kind == CellKind::integer || kind == CellKind::unsigned_integer || kind == CellKind::real;
}

// GitHub's tables: the bar ends a cell, a backslash escapes, and < begins HTML.
void escape_markdown(std::string& text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    if (c == '|' || c == '\\') out += '\\';
    if (c == '<')
      out += "&lt;";
    else
      out += c;
  }
  text.swap(out);
}

// The longest beginning of at most `width` display columns.
std::string_view fitting_prefix(std::string_view text, std::size_t width) {
  std::size_t used = 0, end = 0;
  while (end < text.size()) {
    const CodePoint point = decode_utf8(text, end);
    used += static_cast<std::size_t>(display_width(point.value));
    if (used > width) break;
    end += point.bytes;
  }
  return text.substr(0, end);
}

class TableRenderer : public Renderer {
 public:
  TableRenderer(const RenderOptions& options, Output& output)
      : output_(output),
        style_(style_of(options.format)),
        markdown_(options.format == Format::markdown),
        header_(options.header || options.format == Format::markdown),
        color_(options.color),
        max_width_(options.format == Format::markdown ? 0 : options.max_width),
        null_text_(escaped(options.null_text.value_or("NULL"))),
        null_width_(display_width(null_text_)) {}

  Result<void> begin(const std::vector<ResultColumn>& columns) override {
    for (const auto& column : columns) {
      TableColumn& added = columns_.emplace_back();
      added.name = escaped(column.name);
      added.name_width = display_width(added.name);
      added.width = added.name_width;
      added.numeric = is_numeric(column.type);
      added.any = column.type.is<type::Any>();
      added.single = is_single_float(column.type);
    }
    pending_.reset(columns.size());
    return {};
  }

  Result<void> rows(const Batch& batch) override {
    TextWriter writer(output_);
    std::size_t row = 0;
    if (!started_) {
      for (; row < batch.rows() && !sample_is_full(); ++row)
        for (std::size_t i = 0; i < columns_.size(); ++i) pending_.add(batch.cell(row, i));
      if (sample_is_full()) start(writer);
    }
    if (started_) write_rows(batch, row, writer);
    return writer.finish();
  }

  Result<void> show_pending() override {
    TextWriter writer(output_);
    if (!started_) start(writer);
    return writer.finish();
  }

  Result<RenderSummary> end() override {
    TextWriter writer(output_);
    if (!started_) start(writer);
    write_rule(style_.bottom, writer);
    TRY(writer.finish());
    return summary_;
  }

 private:
  bool sample_is_full() const { return pending_.rows() >= sample_rows || pending_.bytes() >= sample_bytes; }

  std::string escaped(std::string_view text) const {
    std::string out;
    append_escaped(out, text);
    if (markdown_) escape_markdown(out);
    return out;
  }

  void start(TextWriter& writer) {
    started_ = true;
    for (std::size_t row = 0; row < pending_.rows(); ++row)
      for (std::size_t i = 0; i < columns_.size(); ++i)
        columns_[i].width = std::max(columns_[i].width, show(pending_.cell(row, i), columns_[i]).width);
    if (max_width_ > 0) limit_widths();
    write_rule(style_.top, writer);
    if (header_) write_header(writer);
    write_rows(pending_, 0, writer);
    pending_ = Batch();
  }

  // Narrows the widest text columns until a line fits, or none can give more; numbers are never cut.
  void limit_widths() {
    const std::size_t frame = style_.edges + between_width * (columns_.empty() ? 0 : columns_.size() - 1);
    const std::size_t total =
        std::accumulate(columns_.begin(), columns_.end(), frame,
                        [](std::size_t sum, const TableColumn& c) { return sum + c.width; });
    if (total <= max_width_) {
      for (auto& column : columns_) column.limit = column.width + (max_width_ - total);
      return;
    }
    std::size_t excess = total - max_width_;
    std::vector<TableColumn*> text;
    for (auto& column : columns_)
      if (!column.numeric) text.push_back(&column);
    while (excess > 0) {
      const auto widest = std::max_element(text.begin(), text.end(),
                                           [](const auto* a, const auto* b) { return a->width < b->width; });
      if (widest == text.end() || (*widest)->width <= narrowest_cut) break;
      --(*widest)->width;
      --excess;
    }
    for (auto* column : text) column->limit = column->width;
  }

  Shown show(const Cell& cell, const TableColumn& column) {
    Shown shown{null_text_, null_width_, true, column.numeric};
    if (cell.is_null()) return shown;
    shown.right = column.numeric || (column.any && is_number(cell.kind));
    shown.dim = false;
    shown.text = speller_(cell, column.single);
    if (is_plain(cell.kind, shown.text)) {
      shown.width = shown.text.size();
    } else {
      escaped_.clear();
      append_escaped(escaped_, shown.text);
      if (markdown_) escape_markdown(escaped_);
      shown.text = escaped_;
      shown.width = display_width(escaped_);
    }
    return shown;
  }

  // True if the text is shown as it is, one display column for each byte.
  bool is_plain(CellKind kind, std::string_view text) const {
    if (kind < CellKind::text) return true;
    if (markdown_ && text.find_first_of("|\\<") != std::string_view::npos) return false;
    return is_printable_ascii(text);
  }

  void write_rows(const Batch& batch, std::size_t first, TextWriter& writer) {
    const std::size_t last_column = columns_.empty() ? 0 : columns_.size() - 1;
    for (std::size_t row = first; row < batch.rows(); ++row) {
      writer.put(style_.left);
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        TableColumn& column = columns_[i];
        Shown shown = show(batch.cell(row, i), column);
        if (column.limit > 0 && shown.width > column.limit) cut(shown, column.limit);
        if (shown.width > column.width && column.numeric) column.width = shown.width;
        write_cell(shown, column.width, i == last_column ? style_.right : style_.between,
                   i != last_column || style_.pad_last, writer);
      }
      writer.put('\n');
    }
    summary_.rows += batch.rows() - first;
  }

  void write_cell(const Shown& shown, std::size_t width, std::string_view after, bool pad,
                  TextWriter& writer) const {
    const std::size_t blanks = width > shown.width ? width - shown.width : 0;
    const bool dim = shown.dim && color_;
    char* at = writer.room(shown.text.size() + blanks + after.size() + dim_on.size() + dim_off.size());
    const auto put = [&at](std::string_view text) {
      std::memcpy(at, text.data(), text.size());
      at += text.size();
    };
    const auto put_blanks = [&at, blanks] {
      std::memset(at, ' ', blanks);
      at += blanks;
    };
    if (shown.right) put_blanks();
    if (dim) put(dim_on);
    put(shown.text);
    if (dim) put(dim_off);
    if (!shown.right && pad) put_blanks();
    put(after);
    writer.advance(at);
  }

  void cut(Shown& shown, std::size_t limit) {
    cut_ = fitting_prefix(shown.text, limit - 1);
    shown.width = display_width(cut_) + 1;
    cut_ += ellipsis;
    shown.text = cut_;
    ++summary_.cut_cells;
  }

  void write_header(TextWriter& writer) {
    if (columns_.empty()) return;
    writer.put(style_.left);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const TableColumn& column = columns_[i];
      Shown name{column.name, column.name_width, false, false};
      if (name.width > column.width) {
        cut(name, column.width);
        --summary_.cut_cells;  // a name is not a cell
      }
      const std::size_t blanks = column.width - name.width;
      writer.fill(' ', blanks / 2);
      writer.put(name.text);
      writer.fill(' ', blanks - blanks / 2);
      writer.put(i + 1 == columns_.size() ? style_.header_right : style_.between);
    }
    writer.put('\n');
    if (markdown_)
      write_markdown_rule(writer);
    else
      write_rule(style_.middle, writer);
  }

  void write_rule(const Rule& rule, TextWriter& writer) const {
    if (rule.line.empty() || columns_.empty()) return;
    writer.put(rule.left);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      writer.repeat(rule.line, columns_[i].width);
      writer.put(i + 1 == columns_.size() ? rule.right : rule.joint);
    }
    writer.put('\n');
  }

  void write_markdown_rule(TextWriter& writer) const {
    for (const auto& column : columns_) {
      writer.put("|-");
      writer.fill('-', column.width);
      writer.put(column.numeric ? ':' : '-');
    }
    writer.put("|\n");
  }

  Output& output_;
  const Style& style_;
  const bool markdown_;
  const bool header_;
  const bool color_;
  const std::size_t max_width_;
  const std::string null_text_;
  const std::size_t null_width_;
  std::vector<TableColumn> columns_;
  Batch pending_;
  bool started_ = false;
  RenderSummary summary_;
  CellSpeller speller_;
  std::string escaped_, cut_;
};

}  // namespace

std::unique_ptr<Renderer> make_table_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<TableRenderer>(options, output);
}

}  // namespace bascule

// Turns rows into text: one renderer per output family, a table of formats.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/dialect/dialect.h"
#include "engine/model/batch.h"
#include "shell/render/output.h"

namespace bascule {

enum class Format { aligned, box, expanded, csv, tsv, json, jsonl, markdown, html, insert, none };

struct FormatRow {
  std::string_view name;
  Format format;
  bool for_people;  // escapes control characters, may use colour; machine formats are exact
  std::string_view summary;
};
std::span<const FormatRow> formats();
std::optional<Format> find_format(std::string_view name);

struct RenderOptions {
  Format format = Format::aligned;
  std::optional<std::string> null_text =
      {};  // none: the format's own (for people: NULL, csv: empty, tsv: \N); not in json
  bool color = false;
  bool header = true;
  std::size_t max_width =
      0;  // of a line on a terminal, 0: unlimited. Cut cells end in … and the summary says so
  std::string insert_table = "table_name";  // \mode insert: a quoted name
  const Dialect* dialect = nullptr;         // for insert: whose literals; null: standard SQL
};

struct RenderSummary {
  std::size_t rows = 0;
  std::size_t cut_cells = 0;
};

class Renderer {
 public:
  virtual ~Renderer() = default;
  virtual Result<void> begin(const std::vector<ResultColumn>& columns) = 0;
  virtual Result<void> rows(const Batch& batch) = 0;
  // Writes rows that are held back to learn the columns' widths, without a footer: the source failed.
  virtual Result<void> show_pending() { return {}; }
  virtual Result<RenderSummary> end() = 0;  // footers; the row count is the caller's to say, on stderr
};

// `output` must outlive the renderer.
std::unique_ptr<Renderer> make_renderer(const RenderOptions& options, Output& output);

// Pulls everything from `rows` through a renderer. On an error of the source the output is flushed first, so
// that what arrived is visible, and the error is returned: a short result never looks complete.
Result<RenderSummary> render(RowSource& rows, const RenderOptions& options, Output& output);

// Control characters, invalid UTF-8 and bidirectional overrides as \n, \t, \x1b, \xff, \u202e: what a human
// format shows. `multiline` keeps newlines and tabs (expanded).
void append_escaped(std::string& out, std::string_view text, bool multiline = false);

}  // namespace bascule

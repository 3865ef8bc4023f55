// The table of formats, and the loop that pulls rows through a renderer.
#include <algorithm>

#include "engine/base/text.h"
#include "shell/render/renderers.h"

namespace bascule {
namespace {

constexpr FormatRow format_rows[] = {
    {"aligned", Format::aligned, true, "columns under a header, as psql shows them"},
    {"box", Format::box, true, "columns in a box of lines"},
    {"expanded", Format::expanded, true, "one line per column, a block per row"},
    {"csv", Format::csv, false, "comma-separated (RFC 4180); an empty string is \"\", null is nothing"},
    {"tsv", Format::tsv, false, "tab-separated with the escapes of PostgreSQL's COPY; null is \\N"},
    {"json", Format::json, false, "one array of objects"},
    {"jsonl", Format::jsonl, false, "one JSON object per line"},
    {"markdown", Format::markdown, true, "a GitHub table"},
    {"html", Format::html, true, "an HTML table"},
    {"insert", Format::insert, false, "INSERT statements"},
    {"none", Format::none, false, "nothing: rows are read and counted"},
};

class NoneRenderer : public Renderer {
 public:
  Result<void> begin(const std::vector<ResultColumn>&) override { return {}; }
  Result<void> rows(const Batch& batch) override {
    summary_.rows += batch.rows();
    return {};
  }
  Result<RenderSummary> end() override { return summary_; }

 private:
  RenderSummary summary_;
};

}  // namespace

std::span<const FormatRow> formats() {
  return format_rows;
}

std::optional<Format> find_format(std::string_view name) {
  const auto row =
      std::find_if(std::begin(format_rows), std::end(format_rows),
                   [&](const FormatRow& candidate) { return equals_ignoring_case(candidate.name, name); });
  if (row == std::end(format_rows)) return std::nullopt;
  return row->format;
}

std::unique_ptr<Renderer> make_renderer(const RenderOptions& options, Output& output) {
  switch (options.format) {
    case Format::aligned:
    case Format::box:
    case Format::markdown:
      return make_table_renderer(options, output);
    case Format::expanded:
      return make_expanded_renderer(options, output);
    case Format::csv:
    case Format::tsv:
      return make_delimited_renderer(options, output);
    case Format::json:
    case Format::jsonl:
      return make_json_renderer(options, output);
    case Format::html:
      return make_html_renderer(options, output);
    case Format::insert:
      return make_insert_renderer(options, output);
    case Format::none:
      break;
  }
  return std::make_unique<NoneRenderer>();
}

namespace {

Result<RenderSummary> pull(RowSource& rows, Renderer& renderer) {
  Batch batch;
  TRY(renderer.begin(rows.columns()));
  for (;;) {
    auto more = rows.next(batch, default_batch_rows);
    if (!more.ok()) {
      TRY(renderer.show_pending());
      return std::move(more).error();
    }
    if (!*more) return renderer.end();
    TRY(renderer.rows(batch));
  }
}

}  // namespace

Result<RenderSummary> render(RowSource& rows, const RenderOptions& options, Output& output) {
  const auto renderer = make_renderer(options, output);
  auto summary = pull(rows, *renderer);
  auto flushed = output.flush();
  if (summary.ok() && !flushed.ok()) return std::move(flushed).error();
  return summary;
}

}  // namespace bascule

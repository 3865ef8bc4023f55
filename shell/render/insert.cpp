// insert: one INSERT statement per row, with the literals of a dialect.
#include "engine/dialect/sql_writer.h"
#include "shell/render/renderers.h"

namespace bascule {
namespace {

class InsertRenderer : public Renderer {
 public:
  InsertRenderer(const RenderOptions& options, Output& output)
      : output_(output),
        table_(options.insert_table),
        // SQLite's literals are the standard's: 'it''s', X'00ff'.
        dialect_(options.dialect != nullptr ? *options.dialect : dialect(Flavor::sqlite)) {}

  Result<void> begin(const std::vector<ResultColumn>& columns) override {
    before_ = "INSERT INTO " + table_ + " (";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) before_ += ", ";
      before_ += quote_identifier(columns[i].name, dialect_);
      types_.push_back(columns[i].type);
    }
    before_ += ") VALUES (";
    return {};
  }

  Result<void> rows(const Batch& batch) override {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::string& out = output_.buffer();
      out += before_;
      for (std::size_t i = 0; i < types_.size(); ++i) {
        if (i > 0) out += ", ";
        out += literal(to_value(batch.cell(row, i), types_[i]), dialect_);
      }
      out += ");\n";
      TRY(output_.drain());
    }
    summary_.rows += batch.rows();
    return {};
  }

  Result<RenderSummary> end() override { return summary_; }

 private:
  Output& output_;
  const std::string table_;
  const Dialect& dialect_;
  std::string before_;
  std::vector<Type> types_;
  RenderSummary summary_;
};

}  // namespace

std::unique_ptr<Renderer> make_insert_renderer(const RenderOptions& options, Output& output) {
  return std::make_unique<InsertRenderer>(options, output);
}

}  // namespace bascule

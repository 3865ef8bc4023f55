#include "shell/execute.h"

#include <fmt/format.h>
#include <chrono>
#include <thread>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "shell/compare.h"
#include "shell/interrupt.h"
#include "shell/log.h"
#include "shell/pager.h"

namespace bascule {
namespace {

using Clock = std::chrono::steady_clock;

void say_time(const Session& session, Clock::time_point start) {
  if (!session.timing) return;
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  session.warn(ms < 1000 ? fmt::format("time: {:.3f} ms", ms) : fmt::format("time: {:.3f} s", ms / 1000));
}

std::string rows_text(std::size_t rows) {
  return "(" + std::to_string(rows) + (rows == 1 ? " row)" : " rows)");
}

// The text of a cell as a variable or a statement takes it; nothing for NULL.
std::optional<std::string> text_of(const Cell& cell, const Type& type) {
  if (cell.is_null()) return std::nullopt;
  if (cell.kind == CellKind::text || cell.kind == CellKind::spelled) return std::string(cell.text);
  return format_value(to_value(cell, type));
}

Result<void> store_row(Session& session, Cursor& cursor, const std::string& prefix) {
  Batch batch;
  TRY(const bool any, cursor.next(batch, 2));
  if (!any || batch.rows() != 1)
    return Error{ErrorCode::sql, any ? "more than one row returned for \\gset" : "no row returned for \\gset",
                 "\\gset stores the columns of exactly one row", ""};
  for (std::size_t column = 0; column < cursor.columns().size(); ++column) {
    const std::string name = prefix + cursor.columns()[column].name;
    if (!is_variable_name(name))
      return Error{ErrorCode::sql, "\"" + name + "\" cannot be a variable's name",
                   "give the column a name of letters, digits and _ with AS", ""};
    const auto text = text_of(batch.cell(0, column), cursor.columns()[column].type);
    if (text)
      session.variables.set(name, *text);
    else
      session.variables.unset(name);
  }
  return {};
}

Result<std::vector<std::string>> collect_cells(Cursor& cursor) {
  std::vector<std::string> cells;
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor.next(batch, default_batch_rows));
    if (!more) return cells;
    for (std::size_t row = 0; row < batch.rows(); ++row)
      for (std::size_t column = 0; column < batch.columns(); ++column)
        if (auto text = text_of(batch.cell(row, column), cursor.columns()[column].type))
          cells.push_back(std::move(*text));
  }
}

// The first batch, looked at before the rest is read: \x auto decides by its width.
class PeekedSource final : public RowSource {
 public:
  explicit PeekedSource(RowSource& inner) : inner_(inner) {}
  Result<bool> peek() {
    TRY(has_peeked_, inner_.next(peeked_, default_batch_rows));
    return has_peeked_;
  }
  // The width of a line of the aligned format, by the first batch.
  std::size_t line_width() const {
    std::size_t total = 1;
    for (std::size_t column = 0; column < inner_.columns().size(); ++column) {
      std::size_t width = display_width(inner_.columns()[column].name);
      for (std::size_t row = 0; row < peeked_.rows(); ++row) {
        const Cell cell = peeked_.cell(row, column);
        width = std::max(width, cell.kind >= CellKind::text ? display_width(cell.text) : std::size_t{4});
      }
      total += width + 3;
    }
    return total;
  }
  std::size_t peeked_rows() const { return peeked_.rows(); }
  const std::vector<ResultColumn>& columns() const override { return inner_.columns(); }
  Result<bool> next(Batch& out, std::size_t max_rows) override {
    if (!has_peeked_) return inner_.next(out, max_rows);
    has_peeked_ = false;
    out = std::move(peeked_);
    return true;
  }

 private:
  RowSource& inner_;
  Batch peeked_;
  bool has_peeked_ = false;
};

Result<RenderSummary> render_to(Session& session, RowSource& rows, const Disposition& disposition,
                                Output& output) {
  RenderOptions options = session.render_options();
  if (disposition.expanded) options.format = Format::expanded;
  if (&output != &session.output()) {
    options.max_width = 0;
    options.color = false;
  }
  PeekedSource peeked(rows);
  if (session.expanded == ExpandedMode::automatic && options.format == Format::aligned &&
      options.max_width > 0) {
    TRY(const bool any, peeked.peek());
    if (any && peeked.line_width() > options.max_width) options.format = Format::expanded;
  }
  return render(peeked, options, output);
}

// Nothing if the person left the pager before the end.
Result<std::optional<RenderSummary>> show_paged(Session& session, RowSource& rows,
                                                const Disposition& disposition, const std::string& pager) {
  TRY(Output output, Output::pipe(pager));
  auto shown = render_to(session, rows, disposition, output);
  const bool closed = output.close().ok();
  if (!shown.ok() && shown.error().code != ErrorCode::io) return std::move(shown).error();
  if (!shown.ok() || !closed) return std::optional<RenderSummary>();
  return std::optional(*shown);
}

Result<std::optional<RenderSummary>> show_on_terminal(Session& session, RowSource& rows,
                                                      const Disposition& disposition) {
  const auto pager = disposition.may_page ? pager_command(session) : std::nullopt;
  PeekedSource peeked(rows);
  if (pager) {
    TRY(const bool any, peeked.peek());
    const bool is_expanded = disposition.expanded || session.render_options().format == Format::expanded;
    const std::size_t lines = peeked.peeked_rows() * (is_expanded ? rows.columns().size() + 1 : 1);
    // Heading, rule, row count and prompt stand beside the rows.
    if (any && terminal_height() > 0 && lines + 4 > terminal_height())
      return show_paged(session, peeked, disposition, *pager);
  }
  TRY(const RenderSummary summary, render_to(session, peeked, disposition, session.output()));
  return std::optional(summary);
}

Result<std::optional<RenderSummary>> show_rows(Session& session, RowSource& rows,
                                               const Disposition& disposition) {
  if (!disposition.file && !disposition.pipe) return show_on_terminal(session, rows, disposition);
  auto opened = disposition.file ? Output::file(*disposition.file) : Output::pipe(*disposition.pipe);
  TRY(Output output, std::move(opened));
  TRY(const RenderSummary summary, render_to(session, rows, disposition, output));
  TRY(output.close());
  return std::optional(summary);
}

void say_rows(const Session& session, const std::optional<RenderSummary>& summary) {
  if (!summary) return session.say("(not read to its end)");
  std::string text = rows_text(summary->rows);
  if (summary->cut_cells > 0)
    text +=
        fmt::format(", {} cells cut to the screen's width; \\x or \\g FILE shows all", summary->cut_cells);
  session.say(text);
}

// Shows every result of a cursor; the cursor is gone when a \gexec runs its cells.
Result<std::vector<std::string>> show_results(Session& session, Cursor& cursor,
                                              const Disposition& disposition, Execution& execution) {
  for (;;) {
    if (!cursor.has_rows()) {
      const auto affected = cursor.affected_rows();
      if (!cursor.command_tag().empty())
        session.say(cursor.command_tag());
      else if (affected)
        session.say(std::to_string(*affected) + (*affected == 1 ? " row affected" : " rows affected"));
      execution.rows = static_cast<std::size_t>(std::max<std::int64_t>(affected.value_or(0), 0));
    } else if (disposition.gset_prefix) {
      TRY(store_row(session, cursor, *disposition.gset_prefix));
    } else if (disposition.execute_cells) {
      return collect_cells(cursor);
    } else {
      TRY(const auto summary, show_rows(session, cursor, disposition));
      execution.rows = summary ? summary->rows : 0;
      say_rows(session, summary);
      if (!summary) return std::vector<std::string>();
    }
    TRY(const bool another, cursor.next_result());
    if (!another) return std::vector<std::string>();
  }
}

void log_end(const Member& member, std::string_view sql, Clock::time_point start, const Error* failure) {
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  log::statement(member.live->name(), sql, duration, failure);
}

// Sends the statement and shows its results; what \gexec is to run comes back.
Result<std::vector<std::string>> run_one(Session& session, Member& member, std::string_view sql,
                                         const Disposition& disposition, Execution& execution) {
  const interrupt::Guard guard(*member.live);
  TRY(auto cursor, member.live->query(sql));
  return show_results(session, *cursor, disposition, execution);
}

Result<Execution> execute_one(Session& session, Member& member, std::string_view sql,
                              const Disposition& disposition) {
  Execution execution;
  const auto start = Clock::now();
  auto cells = run_one(session, member, sql, disposition, execution);
  log_end(member, sql, start, cells.ok() ? nullptr : &cells.error());
  if (!cells.ok()) return std::move(cells).error();
  say_time(session, start);
  for (const auto& cell : *cells) {
    session.say(std::string(trim(cell)));
    Member* const target = &member;
    TRY(execution, execute(session, std::span(&target, 1), cell, Disposition{}));
  }
  return execution;
}

bool is_query(std::string_view sql, const Dialect& dialect) {
  static constexpr std::string_view words[] = {"select",  "with",     "values", "table", "show",
                                               "explain", "describe", "desc",   "pragma"};
  const std::string first = first_keyword(sql, dialect);
  return std::find(std::begin(words), std::end(words), first) != std::end(words);
}

CompareOptions compare_options(const Session& session) {
  CompareOptions options;
  options.for_people = is_for_people(session.format);
  if (session.null_text) options.null_text = *session.null_text;
  options.strict = session.variables.is_on("COMPARE_STRICT");
  if (const auto keys = session.variables.get("COMPARE_KEY"); keys && !keys->empty())
    for (const auto& key : split(*keys, ',')) options.key.emplace_back(trim(key));
  return options;
}

Result<Execution> execute_on_several(Session& session, std::span<Member* const> targets, std::string_view sql,
                                     const Disposition& disposition) {
  const auto start = Clock::now();
  std::vector<std::optional<Result<std::unique_ptr<Cursor>>>> cursors(targets.size());
  std::vector<std::unique_ptr<interrupt::Guard>> guards;
  for (Member* member : targets) guards.push_back(std::make_unique<interrupt::Guard>(*member->live));
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < targets.size(); ++i)
      threads.emplace_back([&, i] {
        cursors[i].emplace(targets[i]->live->query(
            interpolate(sql, *targets[i]->live->server().dialect, session.variables)));
      });
  }
  const auto place = [&](std::size_t i) { return "@" + targets[i]->live->name(); };
  for (std::size_t i = 0; i < targets.size(); ++i)
    log_end(*targets[i], sql, start, cursors[i]->ok() ? nullptr : &cursors[i]->error());
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (!cursors[i]->ok()) return std::move(*cursors[i]).error().in(place(i));

  Execution execution;
  const auto cursor = [&](std::size_t i) -> Cursor& { return ***cursors[i]; };
  const bool side_by_side = targets.size() == 2 && cursor(0).has_rows() && cursor(1).has_rows() &&
                            is_query(sql, *targets[0]->live->server().dialect) && !disposition.gset_prefix &&
                            !disposition.execute_cells;
  if (side_by_side) {
    TRY(auto comparison, Comparison::open({&cursor(0), targets[0]->live->name()},
                                          {&cursor(1), targets[1]->live->name()}, compare_options(session)));
    TRY(const auto summary, show_rows(session, *comparison, disposition));
    if (!summary) {
      say_rows(session, summary);
      return execution;
    }
    const CompareSummary& compared = comparison->summary();
    execution.rows = summary->rows;
    execution.is_comparison = true;
    execution.equal = compared.all_equal();
    for (const auto& note : compared.notes) session.say("note: " + note);
    session.say("(" + compare_text(compared, targets[0]->live->name(), targets[1]->live->name()) + ")");
    if (!execution.equal && session.variables.is_on("FAIL_ON_DIFF")) execution.exit = ExitCode::different;
  } else {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      // The names belong to the data where people read it; a machine format stays clean.
      if (is_for_people(session.format) && cursor(i).has_rows()) {
        TRY(session.output().write(place(i) + ":\n"));
      } else {
        session.say(place(i) + ":");
      }
      auto shown = show_results(session, cursor(i), disposition, execution);
      if (!shown.ok()) return std::move(shown).error().in(place(i));
    }
  }
  say_time(session, start);
  return execution;
}

}  // namespace

Result<Execution> execute(Session& session, std::span<Member* const> targets, std::string_view sql,
                          const Disposition& disposition) {
  if (targets.size() > 1) return execute_on_several(session, targets, sql, disposition);
  Member& member = *targets.front();
  const Dialect& dialect = *member.live->server().dialect;
  const std::string text = interpolate(sql, dialect, session.variables);
  if (text == sql) return execute_one(session, member, text, disposition);
  // A variable may hold several statements; each is sent alone.
  Execution execution;
  for (const auto& statement : split_statements(text, dialect)) {
    TRY(execution, execute_one(session, member, statement.text, disposition));
  }
  return execution;
}

}  // namespace bascule

// Whole tables by COPY in binary format: exact, whatever the session's settings are, and with the least work
// for both sides. https://www.postgresql.org/docs/15/sql-copy.html
#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "engine/base/overloaded.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/postgres/binary_format.h"
#include "engine/drivers/postgres/operations.h"
#include "engine/drivers/postgres/pinned_settings.h"

namespace bascule::postgres {
namespace {

// An abandoned read may go on by itself for so long inside a transaction, which a cancel would fail.
constexpr std::chrono::milliseconds patience_in_transaction{1000};

enum class Decoding {
  boolean,
  int2,
  int4,
  int8,
  float4,
  float8,
  numeric,
  text,
  bytes,
  date,
  time,
  timetz,
  timestamp,
  timestamptz,
  spelled,
};

struct ReadColumn {
  Decoding decoding = Decoding::spelled;
  std::string expression;
  bool depends_on_settings = false;
};

// Casts fix the binary format that arrives, also if the table was altered since it was looked at.
ReadColumn read_column(const Column& column, const Dialect& dialect) {
  const std::string name = quote_identifier(column.name, dialect);
  const auto cast = [&](Decoding decoding, std::string_view type) {
    return ReadColumn{decoding, fmt::format("{}::{}", name, type)};
  };
  // A cast to text is not always the type's own text form (inet gains a mask); the output function is.
  const auto spelled = [&](bool depends_on_settings) {
    return ReadColumn{Decoding::spelled,
                      fmt::format("CASE WHEN {0} IS NOT NULL THEN format('%s', {0}) END", name),
                      depends_on_settings};
  };
  const bool is_blank_padded = column.native_type == "bpchar" || column.native_type.starts_with("character(");
  return std::visit(
      overloaded{
          [&](const type::Bool&) { return cast(Decoding::boolean, "boolean"); },
          [&](const type::Int& type) {
            if (type.bytes <= 2 && !type.is_unsigned) return cast(Decoding::int2, "smallint");
            if (type.bytes <= 4 && !type.is_unsigned) return cast(Decoding::int4, "integer");
            return cast(Decoding::int8, "bigint");
          },
          [&](const type::Year&) { return cast(Decoding::int2, "smallint"); },
          [&](const type::Decimal&) { return cast(Decoding::numeric, "numeric"); },
          [&](const type::Float& type) {
            return type.bytes == 4 ? cast(Decoding::float4, "real")
                                   : cast(Decoding::float8, "double precision");
          },
          [&](const type::Text&) { return cast(Decoding::text, is_blank_padded ? "bpchar" : "text"); },
          [&](const type::Enum&) { return cast(Decoding::text, "text"); },
          [&](const type::Uuid&) { return cast(Decoding::text, "text"); },
          [&](const type::Json&) { return cast(Decoding::text, "text"); },
          [&](const type::Bytes&) { return cast(Decoding::bytes, "bytea"); },
          [&](const type::Date&) { return cast(Decoding::date, "date"); },
          [&](const type::Time& type) {
            return type.zoned ? cast(Decoding::timetz, "timetz") : cast(Decoding::time, "time");
          },
          [&](const type::Timestamp& type) {
            return type.zoned ? cast(Decoding::timestamptz, "timestamptz")
                              : cast(Decoding::timestamp, "timestamp");
          },
          [&](const type::Bits&) { return spelled(false); },
          [&](const type::Network&) { return spelled(false); },
          [&](const type::Set&) { return spelled(false); },
          [&](const type::Any&) { return spelled(true); },
          [&](const type::Interval&) { return spelled(true); },
          [&](const type::Array&) { return spelled(true); },
          [&](const type::Native&) { return spelled(true); },
      },
      column.type.kind);
}

std::string order_term(const Column& column, const Dialect& dialect) {
  std::string term = quote_identifier(column.name, dialect);
  if (column.type.is<type::Enum>()) term += "::text";
  if (column.type.is<type::Enum>() || column.type.is<type::Text>()) term += " COLLATE \"C\"";
  if (column.nullable) term += " NULLS FIRST";
  return term;
}

Result<std::string> copy_statement(const ReadRequest& request, const std::vector<ReadColumn>& columns,
                                   const Dialect& dialect) {
  std::string expressions, order;
  for (const ReadColumn& column : columns)
    expressions += (expressions.empty() ? "" : ", ") + column.expression;
  for (const std::string& name : request.order_by) {
    const auto found = std::ranges::find(request.columns, name, &Column::name);
    if (found == request.columns.end())
      return internal_error(
          fmt::format("the order of {} names column {}, which is not read", request.table.table, name));
    order += (order.empty() ? " ORDER BY " : ", ") + order_term(*found, dialect);
  }
  return fmt::format("COPY (SELECT {} FROM {}{}{}) TO STDOUT (FORMAT BINARY)", expressions,
                     quote_qualified(request.table.schema, request.table.table, dialect),
                     request.where.empty() ? "" : " WHERE (" + request.where + ")", order);
}

class CopySource final : public RowSource {
 public:
  CopySource(Session& session, const ReadRequest& request)
      : session_(session), place_(fmt::format("read {}.{}", request.table.schema, request.table.table)) {}

  ~CopySource() override {
    if (is_running_)
      session_.abandon(session_.transaction() == TransactionState::none ? std::chrono::milliseconds(0)
                                                                        : patience_in_transaction);
    if (pinned_) (void)pinned_->restore(session_).ok();  // a lost connection shows at the next statement
    session_.release();
  }

  // The session is claimed, and is released by the destructor.
  Result<void> start(const ReadRequest& request) {
    const Dialect& dialect = *session_.info().dialect;
    std::vector<ReadColumn> read;
    bool depends_on_settings = false;
    for (const Column& column : request.columns) {
      read.push_back(read_column(column, dialect));
      decodings_.push_back(read.back().decoding);
      columns_.push_back({column.name, column.type, column.native_type});
      depends_on_settings |= read.back().depends_on_settings;
    }
    TRY(sql_, copy_statement(request, read, dialect));
    if (depends_on_settings) {
      TRY(PinnedSettings pinned, PinnedSettings::pin(session_));
      pinned_ = std::move(pinned);
    }
    session_.begin_statement();
    is_running_ = true;
    const ResultPtr result(PQexec(session_.handle(), sql_.c_str()));
    if (result && PQresultStatus(result.get()) == PGRES_COPY_OUT) return {};
    return fail(result.get());
  }

  const std::vector<ResultColumn>& columns() const override { return columns_; }

  Result<bool> next(Batch& out, std::size_t max_rows) override {
    out.reset(columns_.size());
    std::size_t rows = 0;
    while (is_running_ && rows < max_rows && out.bytes() < batch_bytes_limit) {
      char* message = nullptr;
      const int size = PQgetCopyData(session_.handle(), &message, 0);
      const std::unique_ptr<char, decltype(&PQfreemem)> owner(message, &PQfreemem);
      Result<void> read =
          size > 0 ? append_rows({message, static_cast<std::size_t>(size)}, out, rows) : end(size);
      if (read) continue;
      if (rows == 0) return std::move(read).error();
      failure_ = std::move(read).error();  // after the rows that came before it
    }
    if (rows == 0 && failure_) return std::move(*std::exchange(failure_, std::nullopt));
    return rows > 0;
  }

 private:
  // One message of the server: the header before the first row, a row, or the mark of the end.
  Result<void> append_rows(std::string_view message, Batch& out, std::size_t& rows) {
    if (message.starts_with(copy_signature)) {
      constexpr std::size_t flags_size = 4;
      const std::size_t at = copy_signature.size() + flags_size;
      message.remove_prefix(at + 4 +
                            static_cast<std::size_t>(read_big_endian<std::int32_t>(message.substr(at))));
    }
    while (message.size() >= 2) {
      const auto fields = read_big_endian<std::int16_t>(message);
      message.remove_prefix(2);
      if (fields < 0) return {};
      if (static_cast<std::size_t>(fields) != decodings_.size())
        return broken("a row with another number of columns");
      for (const Decoding decoding : decodings_) {
        if (message.size() < 4) return broken("a row that ends too early");
        const auto size = read_big_endian<std::int32_t>(message);
        message.remove_prefix(4);
        if (size < 0) {
          out.add_null();
          continue;
        }
        const auto length = static_cast<std::size_t>(size);
        if (message.size() < length || !append_cell(decoding, message.substr(0, length), out)) {
          out.drop_partial_row();
          return broken("a value that is not of its type");
        }
        message.remove_prefix(length);
      }
      ++rows;
    }
    return {};
  }

  bool append_cell(Decoding decoding, std::string_view bytes, Batch& out) {
    const auto has_size = [&](std::size_t size) { return bytes.size() == size; };
    spelling_.clear();
    switch (decoding) {
      case Decoding::boolean:
        if (!has_size(1)) return false;
        out.add_boolean(bytes[0] != 0);
        return true;
      case Decoding::int2:
        if (!has_size(2)) return false;
        out.add_integer(read_big_endian<std::int16_t>(bytes));
        return true;
      case Decoding::int4:
        if (!has_size(4)) return false;
        out.add_integer(read_big_endian<std::int32_t>(bytes));
        return true;
      case Decoding::int8:
        if (!has_size(8)) return false;
        out.add_integer(read_big_endian<std::int64_t>(bytes));
        return true;
      case Decoding::float4:
        if (!has_size(4)) return false;
        out.add_real(static_cast<double>(std::bit_cast<float>(read_big_endian<std::uint32_t>(bytes))));
        return true;
      case Decoding::float8:
        if (!has_size(8)) return false;
        out.add_real(std::bit_cast<double>(read_big_endian<std::uint64_t>(bytes)));
        return true;
      case Decoding::text:
        out.add_text(bytes);
        return true;
      case Decoding::bytes:
        out.add_bytes(bytes);
        return true;
      case Decoding::spelled:
        out.add_spelled(bytes);
        return true;
      case Decoding::numeric:
        if (!decode_numeric(bytes, spelling_)) return false;
        break;
      case Decoding::date:
        if (!has_size(4)) return false;
        append_date(spelling_, read_big_endian<std::int32_t>(bytes));
        break;
      case Decoding::time:
        if (!has_size(8)) return false;
        append_time(spelling_, read_big_endian<std::int64_t>(bytes));
        break;
      case Decoding::timetz:
        if (!has_size(12)) return false;
        append_zoned_time(bytes);
        break;
      case Decoding::timestamp:
      case Decoding::timestamptz:
        if (!has_size(8)) return false;
        append_timestamp(spelling_, read_big_endian<std::int64_t>(bytes), decoding == Decoding::timestamptz);
        break;
    }
    out.add_spelled(spelling_);
    return true;
  }

  // Keeps its own offset: two of them at the same instant are different values.
  void append_zoned_time(std::string_view bytes) {
    const value::Time time{read_big_endian<std::int64_t>(bytes),
                           -read_big_endian<std::int32_t>(bytes.substr(8))};
    spelling_ += format_time(time);
  }

  // `size` is what PQgetCopyData said: -1 the end or an error, -2 a failure of the connection.
  Result<void> end(int size) {
    const ResultPtr result(size == -1 ? PQgetResult(session_.handle()) : nullptr);
    if (!result || PQresultStatus(result.get()) != PGRES_COMMAND_OK) return fail(result.get());
    const ResultPtr later = session_.drain();
    if (later) return fail(later.get());
    finish();
    return {};
  }

  Error fail(const PGresult* result) {
    const ResultPtr later = session_.drain();
    if (!result) result = later.get();
    Error error = result ? session_.error_of(result, sql_, sql_) : session_.lost(sql_);
    finish();
    return std::move(error).in(place_);
  }

  Error broken(std::string_view what) {
    session_.abandon(std::chrono::milliseconds(0));
    is_running_ = false;
    return internal_error(fmt::format("COPY gave {}", what)).in(place_);
  }

  void finish() {
    session_.end_statement();
    is_running_ = false;
  }

  Session& session_;
  std::string place_, sql_;
  std::vector<ResultColumn> columns_;
  std::vector<Decoding> decodings_;
  std::optional<PinnedSettings> pinned_;
  std::optional<Error> failure_;
  std::string spelling_;  // of one value, reused
  bool is_running_ = false;
};

}  // namespace

Result<std::unique_ptr<RowSource>> bulk_read(Session& session, const ReadRequest& request) {
  TRY(session.claim());
  auto source = std::make_unique<CopySource>(session, request);
  TRY(source->start(request));
  return std::unique_ptr<RowSource>(std::move(source));
}

}  // namespace bascule::postgres

// What flows between engines, renderers, files and Lua: rows of small cells, text and bytes in one arena.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/type.h"
#include "engine/model/value.h"

namespace bascule {

enum class CellKind : std::uint8_t {
  null,
  boolean,           // integer is 0 or 1
  integer,           // int64
  unsigned_integer,  // uint64; only where the column is unsigned
  real,              // double
  text,     // character data, as it is in the database (UTF-8 unless the data is damaged; may hold NUL)
  bytes,    // binary data
  spelled,  // a value of the column's type in the engine's exact text form (numbers, dates, arrays, ...)
};

// A cell to look at. `text` points into the batch and lives until the batch is reset or changed.
struct Cell {
  CellKind kind = CellKind::null;
  union {
    std::int64_t integer;
    std::uint64_t unsigned_integer;
    double real;
  };
  std::string_view text;

  Cell() : integer(0) {}
  bool is_null() const { return kind == CellKind::null; }
};

struct ResultColumn {
  std::string name;
  Type type;
  std::string native_type;  // the engine's name, "" where it does not say
};

// Row-major; cells are added left to right, row by row. Reused: reset() keeps the memory.
class Batch {
 public:
  Batch() = default;
  explicit Batch(std::size_t columns) : columns_(columns) {}

  void reset(std::size_t columns) {
    columns_ = columns;
    cells_.clear();
    arena_.clear();
  }
  std::size_t columns() const { return columns_; }
  std::size_t rows() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
  bool empty() const { return cells_.empty(); }
  std::size_t bytes() const { return arena_.size() + cells_.size() * sizeof(Slot); }

  Cell cell(std::size_t row, std::size_t column) const {
    const Slot& slot = cells_[row * columns_ + column];
    Cell out;
    out.kind = slot.kind;
    if (slot.kind >= CellKind::text)
      out.text = std::string_view(arena_).substr(slot.payload.offset, slot.size);
    else
      out.integer = slot.payload.integer;
    return out;
  }

  void add_null() { add(CellKind::null).payload.integer = 0; }
  void add_boolean(bool value) { add(CellKind::boolean).payload.integer = value ? 1 : 0; }
  void add_integer(std::int64_t value) { add(CellKind::integer).payload.integer = value; }
  void add_unsigned(std::uint64_t value) { add(CellKind::unsigned_integer).payload.unsigned_integer = value; }
  void add_real(double value) { add(CellKind::real).payload.real = value; }
  void add_text(std::string_view value) { add_bytes_of(CellKind::text, value); }
  void add_bytes(std::string_view value) { add_bytes_of(CellKind::bytes, value); }
  void add_spelled(std::string_view value) { add_bytes_of(CellKind::spelled, value); }
  // A copy of a cell of another batch.
  void add(const Cell& cell);
  void add(const Value& value);

  // Drops the row that was begun but not finished (a reader that failed in mid-row).
  void drop_partial_row() { cells_.resize(rows() * columns_); }

 private:
  struct Slot {
    union {
      std::int64_t integer;
      std::uint64_t unsigned_integer;
      double real;
      std::size_t offset;
    } payload;
    std::uint32_t
        size;  // one value holds at most 4 GiB: PostgreSQL and SQLite stop at 1 GB, MySQL at 4 GB - 1
    CellKind kind;
  };
  static_assert(sizeof(Slot) == 16);

  Slot& add(CellKind kind) {
    Slot& slot = cells_.emplace_back();
    slot.kind = kind;
    slot.size = 0;
    return slot;
  }
  void add_bytes_of(CellKind kind, std::string_view value) {
    Slot& slot = add(kind);
    slot.payload.offset = arena_.size();
    slot.size = static_cast<std::uint32_t>(value.size());
    arena_.append(value);
  }

  std::size_t columns_ = 0;
  std::vector<Slot> cells_;
  std::string arena_;
};

// Exact: a spelled cell is parsed by the column's type (see parse_value).
Value to_value(const Cell& cell, const Type& type);

// How many bytes a batch may hold before next() stops filling it, so that wide rows keep memory constant.
constexpr std::size_t batch_bytes_limit = 1 << 20;
constexpr std::size_t default_batch_rows = 1000;

class RowSource {
 public:
  virtual ~RowSource() = default;
  // Valid from the start to the end of the source.
  virtual const std::vector<ResultColumn>& columns() const = 0;
  // Resets `out` and fills it with up to `max_rows` rows (fewer when batch_bytes_limit is passed); returns
  // false, with `out` empty, at the true end. A stream that ends by a failure is an error, never an end; rows
  // that were complete before it have been delivered. After an error or the end the source is finished.
  virtual Result<bool> next(Batch& out, std::size_t max_rows) = 0;
};

class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual Result<void> write(const Batch& rows) = 0;
  // Must be called once at the end; a sink destroyed without it takes back what it can (it never completes a
  // load).
  virtual Result<void> finish() = 0;
};

}  // namespace bascule

// Results of statements, streamed.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "engine/drivers/mysql/fields.h"
#include "engine/drivers/mysql/session.h"

namespace bascule::mysql {

struct CloseStatement {
  void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};
using Statement = std::unique_ptr<MYSQL_STMT, CloseStatement>;

// Runs one statement; `lease` is held until the cursor is destroyed.
Result<std::unique_ptr<Cursor>> open_cursor(Session& session, Session::Lease lease, std::string_view sql,
                                            std::span<const Value> parameters);

// Runs a SELECT whose columns are given in their portable form, one for each of `columns`.
Result<std::unique_ptr<RowSource>> open_reader(Session& session, Session::Lease lease, std::string_view sql,
                                               std::vector<Column> columns);

}  // namespace bascule::mysql
